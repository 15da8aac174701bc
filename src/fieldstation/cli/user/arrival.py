"""`arrival check|reply|footprint`: products before they arrive."""

from fieldstation.cli.user.verb import later, noun

app = noun("arrival", "Arrivals: products that come, and the notices that announce them.")
later(
    app,
    "check",
    "fieldstation.cli.arrival_check:arrival_check",
    "Check product directories, datasets.json files and notices of arrival; needs no station.",
)
later(
    app,
    "reply",
    "fieldstation.cli.arrival_reply:arrival_reply",
    "Print the reply to a notice of arrival; needs no station.",
)
later(
    app,
    "footprint",
    "fieldstation.cli.arrival_footprint:arrival_footprint",
    "Show how the place and time of a product are read; needs no station.",
)
