"""How people write a value: does a text state this number, date, time, word or string?"""
