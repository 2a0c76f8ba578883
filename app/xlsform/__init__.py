"""XLSForm workbooks: questionnaires read from them with a sentence for every refusal, and written to them."""
