"""Tables in and out: the only code that reads or writes workbooks, CSV and GeoJSON."""
