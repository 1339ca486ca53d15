"""The document as forms: what may stand at each place, read off the terms, so that a part of it can be asked and heard without loss."""
