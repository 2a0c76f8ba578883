"""The secretariat's pages: questionnaires written, ordered, translated, checked and published."""
