"""A small world to test the whole shop with: 50 residents in three rooms, what they do by chance, what always holds.

`shop` is the real thing from the desk to the database on a clock that only steps move. `moves` are what people do,
`life` lets them do it by a seed and remembers every step, `laws` say what must hold afterwards, `papers` what the
sheets have to add up to. Steps are plain data: the same steps make the same shop, and fewer of them a shorter story.
"""
