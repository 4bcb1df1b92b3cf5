"""Renders a run as one self-contained HTML file: `html(run)`."""

from qa.evaluation.report.page import html as html
