"""Surveys: questions to members, their answers, and what the answers say."""
