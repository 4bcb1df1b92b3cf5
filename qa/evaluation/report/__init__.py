"""A run as one HTML file that needs nothing else: `html(run)`."""

from qa.evaluation.report.page import html as html
