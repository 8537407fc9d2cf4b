"""Roads in, pictures and paper out."""
