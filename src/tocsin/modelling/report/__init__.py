"""`report.html`: what a run saw, said and knew when, on one page that needs no network."""

from tocsin.modelling.report.page import build_report

__all__ = ["build_report"]
