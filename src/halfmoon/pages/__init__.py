"""What a page is made of: texts, numbers, equations, code, tables and figures.

`book.Book` takes all of them in order, and writes one HTML file and one JSON file.
"""
