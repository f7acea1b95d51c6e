#pragma once
// What the generators of headers share.

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>

namespace wick {

/// Nothing for a file that is not there.
inline std::string text_of_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

/// Replaces the file unless it has the text already, so that nothing that depends on it is built again.
inline void write_if_changed(const std::string& path, const std::string& text) {
    if (text_of_file(path) == text) return;
    std::ofstream(path, std::ios::binary) << text;
}

/// Whether C++ has the word for itself.
inline bool is_cpp_keyword(std::string_view word) {
    static const std::unordered_set<std::string_view> keywords = {
        "and",      "auto",     "bool",      "break",    "case",   "catch",    "char",     "class",    "const",
        "continue", "default",  "delete",    "do",       "double", "else",     "enum",     "explicit", "export",
        "extern",   "false",    "float",     "for",      "friend", "goto",     "if",       "inline",   "int",
        "long",     "mutable",  "namespace", "new",      "not",    "operator", "or",       "private",  "protected",
        "public",   "register", "return",    "short",    "signed", "sizeof",   "static",   "struct",   "switch",
        "template", "this",     "throw",     "true",     "try",    "typedef",  "typename", "union",    "unsigned",
        "using",    "virtual",  "void",      "volatile", "while",  "xor"};
    return keywords.contains(word);
}

}  // namespace wick
