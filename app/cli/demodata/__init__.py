"""The demo's data: made-up people and what they did, dated around today."""
