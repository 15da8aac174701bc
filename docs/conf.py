"""Sphinx reads this: MyST pages, the furo theme, warnings are errors in `make docs`."""

from fieldstation import __version__

project = "Fieldstation"
author = "The Fieldstation authors"
release = __version__
extensions = ["myst_parser", "sphinx_copybutton"]
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = "Fieldstation"
html_static_path = ["_static"]
html_css_files = ["fieldstation.css"]
html_extra_path = ["reference/openapi.json"]
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_sphinx = False
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
