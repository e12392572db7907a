"""A whole office under random acts, beside an oracle that says what each must come to."""
