"""scikit-learn outside, halfmoon inside."""
