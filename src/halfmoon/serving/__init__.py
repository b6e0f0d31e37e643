"""A page on one's own machine, served to its reader alone.

    operations   what can be asked, by name, with the types of its values
    guard        what stands before every route
    site         the page and its files
    application  a route for each operation
    server       a port, an address with a token, and an end

It knows nothing of networks: `playground` has operations and a page.
"""
