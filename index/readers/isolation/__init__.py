"""Reading files in a child process, whose time and memory are limited."""
