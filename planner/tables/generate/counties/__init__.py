"""The five sample counties: for each its land and its rules."""
