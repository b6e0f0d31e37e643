"""What a page is made of: text, numbers, equations, figures."""
