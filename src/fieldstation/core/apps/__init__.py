"""Applications: programs that people open in a browser, running beside the files of a project until they are ended."""
