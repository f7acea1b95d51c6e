# Extension: text at top level.
text = "madam"
if text == text[::-1]:
    print(text, "reads the same both ways")
else:
    print(text, "does not")
line = ""
for c in text:
    line = c + line
print(line, len(line), line.upper())
