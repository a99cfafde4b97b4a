# What people type. Every target works from a bare Debian 12 with Python 3.11 and make.

.PHONY: help setup setup-dev demo test check format bench screens lighthouse lock

help:            ## show this list
	@sed -n 's/^\([a-z-]*:\).*## /\1\t/p' Makefile

setup:           ## make .venv with what Kith needs to run
	@tools/setup.sh

setup-dev:       ## the same, with the tools for tests and checks
	@tools/setup.sh dev

demo: setup      ## run a Kith with demo data (PORT=, DATABASE_URL=, KITH_DATA= are respected)
	@exec .venv/bin/kith demo

test: setup-dev  ## run every test
	@tools/test.sh

check: setup-dev ## run the gate: style, types, borders, migrations, shape
	@tools/check.sh

format: setup-dev ## put the code into the house's format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

bench: setup     ## measure the pages
	@.venv/bin/python bench/pages.py

screens: setup-dev ## photograph every page on one sheet
	@tools/screens.sh

lighthouse: setup-dev ## let Lighthouse judge the public pages (needs Node.js and the network once)
	@tools/lighthouse.sh

lock:            ## pin the requirements again
	@tools/lock.sh
