"""What commands share: options, how a table and a model are read, and how they end."""
