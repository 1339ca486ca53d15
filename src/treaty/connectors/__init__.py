"""One file per outside system; files and tracking too."""
