"""The Segment-compatible door, without the door: bodies to events, events to records. Pure; no clock, no database."""
