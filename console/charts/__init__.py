"""Charts drawn on the server: numbers in, SVG with its text alternative out.

A chart is one value (`chart.Chart`); its drawing (`drawing`), its table and its file for a spreadsheet
(`table`) are all made of that value, so that they can't differ.
"""
