"""Questionnaires as files: XLSForm, XLIFF, JSON and paper, out of the portal and back into it."""
