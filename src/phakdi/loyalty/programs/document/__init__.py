"""The program document: what a program file may say, as typed values."""
