"""The made-up people of kith demo."""
