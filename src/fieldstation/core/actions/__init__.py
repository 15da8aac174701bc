"""What is done about organisations, units and products: rows that stay, each written in the transaction of its deed."""
