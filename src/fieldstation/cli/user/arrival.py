"""`arrival footprint`: products before they arrive."""

from fieldstation.cli.user.verb import later, noun

app = noun("arrival", "Arrivals: products that come, and the notices that announce them.")
later(
    app,
    "footprint",
    "fieldstation.cli.arrival_footprint:arrival_footprint",
    "Show how the place and time of a product are read; needs no station.",
)


@app.callback()
def _arrival() -> None:
    """Arrivals: products that come, and the notices that announce them."""  # with a callback one verb is a group
