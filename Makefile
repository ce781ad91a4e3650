# Another name for the commands of the README; nothing is defined here.
.PHONY: run test lint types

run:
	python3 bootstrap.py run

test:
	python3 bootstrap.py test

lint:
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .

types:
	.venv/bin/python -m mypy
