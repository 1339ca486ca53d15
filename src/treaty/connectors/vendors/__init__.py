"""Outside systems, one file each: what to ask and how to read the answers. Nothing here calls anybody."""
