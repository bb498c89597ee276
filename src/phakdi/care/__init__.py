"""What is done for members after they bought: asking how it was."""
