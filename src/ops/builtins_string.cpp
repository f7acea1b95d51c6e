// Methods of str. Strings are bytes, and character classes are ASCII's, as in PyTorch.

#include <algorithm>
#include <cctype>
#include <cstring>

#include <wick/support/memory_meter.h>
#include <wick/support/stop_check.h>

#include "ops/builtins.h"
#include "ops/families.h"
#include "ops/strings.h"

namespace wick::jit {
namespace {

using View = std::string_view;

unsigned char byte(char c) { return static_cast<unsigned char>(c); }
bool is_alpha(char c) { return std::isalpha(byte(c)); }
bool is_upper(char c) { return std::isupper(byte(c)); }
bool is_lower(char c) { return std::islower(byte(c)); }
char upper(char c) { return static_cast<char>(std::toupper(byte(c))); }
char lower(char c) { return static_cast<char>(std::tolower(byte(c))); }

template <class F>
std::string map(View s, F f) {
    std::string result(s);
    std::transform(s.begin(), s.end(), result.begin(), f);
    return result;
}

/// What a text is taken apart into. Many short strings take far more memory than the text.
class Parts {
 public:
    void add(View part) {
        constexpr size_t kInline = 15;
        bytes_ += sizeof(StringObject) + sizeof(IValue) + (part.size() > kInline ? part.size() : 0);
        items_.emplace_back(part);
        if (items_.size() % 1024 == 0) check_memory(static_cast<int64_t>(bytes_));
    }
    size_t size() const { return items_.size(); }
    void reverse() { std::reverse(items_.begin(), items_.end()); }
    IValue list() { return make_list(string_type(), std::move(items_)); }

 private:
    std::vector<IValue> items_;
    size_t bytes_ = 0;
};

/// Where `part` begins first from `from` on, or npos. In linear time: a text may be made to fool a simple search.
size_t find_part(View s, View part, size_t from = 0) {
    if (from > s.size()) return View::npos;
    if (part.empty()) return from;
    // Sanitizers look at all that memmem might read, each time, but only at what memchr has read.
    if (part.size() == 1) return s.find(part.front(), from);
    const void* at = ::memmem(s.data() + from, s.size() - from, part.data(), part.size());
    return at ? static_cast<size_t>(static_cast<const char*>(at) - s.data()) : View::npos;
}

/// Where `part` begins last, or npos.
size_t find_last_part(View s, View part) {
    if (part.size() > s.size()) return View::npos;
    for (size_t at = s.size() - part.size() + 1; at-- > 0;) {
        if (s.substr(at, part.size()) == part) return at;
        if (at % 1024 == 0) check_stop();
    }
    return View::npos;
}

/// A result about to be this long: refused when the call's memory limit does not allow it.
int64_t checked_length(int64_t length) {
    WICK_CHECK(length <= (int64_t{1} << 40), "a string of {} characters is too long", length);
    check_memory(length);
    return length;
}

/// Letters after a letter get lower case, others upper case.
std::string title(View s) {
    bool inside = false;
    return map(s, [&](char c) {
        const char result = inside ? lower(c) : upper(c);
        inside = is_alpha(c);
        return result;
    });
}

bool is_title(View s) {
    bool inside = false;
    bool any = false;
    for (char c : s) {
        if (is_alpha(c)) {
            if (is_upper(c) == inside) return false;
            any = true;
        }
        inside = is_alpha(c);
    }
    return any;
}

/// As PyTorch has it, which knows no underscores.
bool is_identifier(View s) {
    return !s.empty() && !std::isdigit(byte(s[0])) &&
           std::all_of(s.begin(), s.end(), [](char c) { return std::isalnum(byte(c)); });
}

bool has_case(View s, bool (*wanted)(char), bool (*other)(char)) {
    return std::any_of(s.begin(), s.end(), wanted) && std::none_of(s.begin(), s.end(), other);
}

/// s[start:end] with the signature's default of -1 for "to the end".
struct Range {
    int64_t start;
    int64_t end;
};
Range clamp_range(View s, int64_t start, int64_t end) {
    const int64_t size = static_cast<int64_t>(s.size());
    if (start < 0) start = std::max<int64_t>(0, start + size);
    if (end < 0) end = std::max<int64_t>(0, end + size + 1);
    return {std::min(start, size), std::min(end, size)};
}

int64_t find(View s, View part, int64_t start, int64_t end) {
    const Range range = clamp_range(s, start, end);
    if (range.end < range.start) return -1;
    const size_t at = find_part(s.substr(range.start, range.end - range.start), part);
    return at == View::npos ? -1 : range.start + static_cast<int64_t>(at);
}

int64_t rfind(View s, View part, int64_t start, int64_t end) {
    const Range range = clamp_range(s, start, end);
    if (range.end < range.start) return -1;
    const size_t at = find_last_part(s.substr(range.start, range.end - range.start), part);
    return at == View::npos ? -1 : range.start + static_cast<int64_t>(at);
}

int64_t found_or_throw(int64_t at) {
    WICK_CHECK(at >= 0, "ValueError: substring not found");
    return at;
}

int64_t count(View s, View part, int64_t start, int64_t end) {
    const Range range = clamp_range(s, start, end);
    if (range.end < range.start) return 0;
    const View inside = s.substr(range.start, range.end - range.start);
    if (part.empty()) return static_cast<int64_t>(inside.size()) + 1;
    int64_t n = 0;
    for (size_t at = 0; (at = find_part(inside, part, at)) != View::npos; at += part.size()) ++n;
    return n;
}

bool starts_with(View s, View part, int64_t start, int64_t end) {
    const Range range = clamp_range(s, start, end);
    return range.end >= range.start && s.substr(range.start, range.end - range.start).starts_with(part);
}

bool ends_with(View s, View part, int64_t start, int64_t end) {
    const Range range = clamp_range(s, start, end);
    return range.end >= range.start && s.substr(range.start, range.end - range.start).ends_with(part);
}

View strip_left(View s, View chars) {
    const size_t first = s.find_first_not_of(chars);
    return first == View::npos ? View() : s.substr(first);
}
View strip_right(View s, View chars) { return s.substr(0, s.find_last_not_of(chars) + 1); }

std::string replace(View s, View old, View with, int64_t max) {
    std::string result;
    size_t from = 0;
    for (int64_t n = 0; max < 0 || n < max; ++n) {
        size_t at = find_part(s, old, from);
        // An empty pattern matches before every character and at the end.
        if (old.empty()) at = from + (n > 0);
        if (at == View::npos || at > s.size()) break;
        check_memory(static_cast<int64_t>(result.size() + with.size()));
        result += s.substr(from, at - from);
        result += with;
        from = at + old.size();
    }
    return result += s.substr(std::min(from, s.size()));
}

View only_char(View fill) {
    WICK_CHECK(fill.size() == 1, "TypeError: The fill character must be exactly one character long");
    return fill;
}

/// The string between `left` and `right` fill characters.
std::string pad(View s, int64_t left, int64_t right, char fill) {
    left = std::max<int64_t>(left, 0);
    right = std::max<int64_t>(right, 0);
    checked_length(left);
    checked_length(right);
    return std::string(left, fill).append(s).append(right, fill);
}

int64_t missing(View s, int64_t width) {
    return std::max<int64_t>(std::min<int64_t>(width, int64_t{1} << 41) - static_cast<int64_t>(s.size()), 0);
}

std::string center(View s, int64_t width, View fill) {
    const char c = only_char(fill)[0];
    const int64_t margin = missing(s, width);
    // Python puts the odd character left only when the width is odd.
    const int64_t left = margin / 2 + (margin & width & 1);
    return pad(s, left, margin - left, c);
}

std::string zfill(View s, int64_t width) {
    const bool sign = !s.empty() && (s[0] == '-' || s[0] == '+');
    return std::string(s.substr(0, sign)) + pad(s.substr(sign), missing(s, width), 0, '0');
}

std::string expand_tabs(View s, int64_t tab) {
    std::string result;
    int64_t column = 0;
    for (char c : s) {
        if (c == '\t') {
            const int64_t blanks = tab <= 0 ? 0 : tab - column % tab;
            checked_length(static_cast<int64_t>(result.size()) + blanks);
            result.append(blanks, ' ');
            column += blanks;
        } else {
            result += c;
            column = c == '\n' || c == '\r' ? 0 : column + 1;
        }
    }
    return result;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Words between runs of blanks, at most `max` splits.
Parts split_blanks(View s, int64_t max) {
    Parts parts;
    size_t i = 0;
    for (;;) {
        while (i < s.size() && is_blank(s[i])) ++i;
        if (i == s.size()) return parts;
        if (max >= 0 && static_cast<int64_t>(parts.size()) == max) {
            parts.add(s.substr(i));
            return parts;
        }
        const size_t start = i;
        while (i < s.size() && !is_blank(s[i])) ++i;
        parts.add(s.substr(start, i - start));
    }
}

IValue split(View s, std::optional<View> separator, int64_t max) {
    if (!separator) return split_blanks(s, max).list();
    WICK_CHECK(!separator->empty(), "ValueError: empty separator");
    Parts parts;
    size_t from = 0;
    for (size_t at;
         (max < 0 || static_cast<int64_t>(parts.size()) < max) && (at = find_part(s, *separator, from)) != View::npos;
         from = at + separator->size())
        parts.add(s.substr(from, at - from));
    parts.add(s.substr(from));
    return parts.list();
}

IValue rsplit(View s, View separator, int64_t max) {
    WICK_CHECK(!separator.empty(), "ValueError: empty separator");
    Parts parts;
    for (size_t at;
         (max < 0 || static_cast<int64_t>(parts.size()) < max) && (at = find_last_part(s, separator)) != View::npos;
         s = s.substr(0, at))
        parts.add(s.substr(at + separator.size()));
    parts.add(s);
    parts.reverse();
    return parts.list();
}

IValue split_lines(View s, bool keep_ends) {
    constexpr View kEnds = "\n\r\v\f\x1c\x1d\x1e";
    Parts lines;
    for (size_t from = 0; from < s.size();) {
        const size_t at = std::min(s.find_first_of(kEnds, from), s.size());
        const size_t next = std::min(s.size(), at + (s.substr(at, 2) == "\r\n" ? 2 : 1));
        lines.add(s.substr(from, (keep_ends ? next : at) - from));
        from = next;
    }
    return lines.list();
}

using Three = std::tuple<std::string, std::string, std::string>;
Three partition(View s, View separator) {
    const size_t at = find_part(s, separator);
    if (at == View::npos) return {std::string(s), "", ""};
    return {std::string(s.substr(0, at)), std::string(separator), std::string(s.substr(at + separator.size()))};
}
Three rpartition(View s, View separator) {
    const size_t at = find_last_part(s, separator);
    if (at == View::npos) return {"", "", std::string(s)};
    return {std::string(s.substr(0, at)), std::string(separator), std::string(s.substr(at + separator.size()))};
}

std::string join(View separator, const ListObject& values) {
    size_t length = 0;
    for (const IValue& item : values.items) length += item.to_string().size() + separator.size();
    checked_length(static_cast<int64_t>(length));
    std::string result;
    result.reserve(length);
    for (size_t i = 0; i < values.items.size(); ++i) {
        if (i > 0) result += separator;
        result += values.items[i].to_string();
    }
    return result;
}

IValue get_item(View s, int64_t index) {
    return character(s[checked_index(index, s.size(), "string index out of range")]);
}

std::string slice(View s, std::optional<int64_t> start, std::optional<int64_t> stop, int64_t step) {
    const Slice slice = slice_of(static_cast<int64_t>(s.size()), start, stop, step);
    if (step == 1) return std::string(s.substr(slice.first, slice.count));
    std::string result;
    result.reserve(slice.count);
    for_slice(slice, [&](int64_t i) { result += s[i]; });
    return result;
}

void register_tests(Registry& ops) {
// str.is…: a test of every character of a string that is not empty.
#define WICK_STRING_TEST(name, expression)                                                           \
    ops.add("aten::" #name "(str self) -> bool").kernel([](View s) {                                 \
        return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return !!(expression); }); \
    });
    WICK_STRING_TEST(isalnum, std::isalnum(byte(c)))
    WICK_STRING_TEST(isalpha, std::isalpha(byte(c)))
    WICK_STRING_TEST(isdigit, std::isdigit(byte(c)))
    WICK_STRING_TEST(isdecimal, std::isdigit(byte(c)))
    WICK_STRING_TEST(isnumeric, std::isdigit(byte(c)))
    WICK_STRING_TEST(isspace, std::isspace(byte(c)))
#undef WICK_STRING_TEST
    ops.add("aten::isprintable(str self) -> bool").kernel([](View s) {
        return std::all_of(s.begin(), s.end(), [](char c) { return std::isprint(byte(c)) != 0; });
    });
    ops.add("aten::isupper(str self) -> bool").kernel([](View s) { return has_case(s, is_upper, is_lower); });
    ops.add("aten::islower(str self) -> bool").kernel([](View s) { return has_case(s, is_lower, is_upper); });
    ops.add("aten::istitle(str self) -> bool").kernel(&is_title);
    ops.add("aten::isidentifier(str self) -> bool").kernel(&is_identifier);
}

void register_searching(Registry& ops) {
    const auto add = [&](View name, View result) {
        return ops.add(fmt::format("aten::{}(str self, str substr, int start=0, int end=-1) -> {}", name, result));
    };
    add("find", "int").kernel(&find);
    add("rfind", "int").kernel(&rfind);
    add("index.str", "int").kernel([](View s, View part, int64_t start, int64_t end) {
        return found_or_throw(find(s, part, start, end));
    });
    add("rindex", "int").kernel([](View s, View part, int64_t start, int64_t end) {
        return found_or_throw(rfind(s, part, start, end));
    });
    add("count", "int").kernel(&count);
    add("startswith", "bool").kernel(&starts_with);
    add("endswith", "bool").kernel(&ends_with);
}

}  // namespace

void register_builtins_string(Registry& ops) {
    register_tests(ops);
    register_searching(ops);

    ops.add("aten::add.str(str a, str b) -> str").kernel(&concat_strings);
    ops.add("aten::len.str(str s) -> int").kernel([](View s) { return static_cast<int64_t>(s.size()); });
    ops.add("aten::__getitem__.str(str s, int index) -> str").kernel(&get_item);
    ops.add("prim::StringIndex(str string, int index) -> str").kernel(&get_item);
    ops.add("aten::slice.str(str string, int? start=None, int? end=None, int step=1) -> str").kernel(&slice);
    ops.add("aten::list(str t) -> str[]").kernel([](View s) {
        check_memory(static_cast<int64_t>(s.size() * sizeof(IValue)));
        std::vector<IValue> items(s.size());
        std::transform(s.begin(), s.end(), items.begin(), character);
        return make_list(string_type(), std::move(items));
    });

    ops.add("aten::upper(str self) -> str").kernel([](View s) { return map(s, upper); });
    ops.add("aten::lower(str self) -> str").kernel([](View s) { return map(s, lower); });
    ops.add("aten::swapcase(str self) -> str").kernel([](View s) {
        return map(s, [](char c) { return is_upper(c) ? lower(c) : upper(c); });
    });
    ops.add("aten::capitalize(str self) -> str").kernel([](View s) {
        std::string result = map(s, lower);
        if (!result.empty()) result[0] = upper(result[0]);
        return result;
    });
    ops.add("aten::title(str self) -> str").kernel(&title);

    const auto add_strip = [&](View name) {
        return ops.add(fmt::format("aten::{}(str self, str chars=\" \\n\\t\\f\\v\") -> str", name));
    };
    add_strip("strip").kernel([](View s, View chars) { return std::string(strip_left(strip_right(s, chars), chars)); });
    add_strip("lstrip").kernel([](View s, View chars) { return std::string(strip_left(s, chars)); });
    add_strip("rstrip").kernel([](View s, View chars) { return std::string(strip_right(s, chars)); });

    ops.add("aten::center(str self, int width, str fillchar=\" \") -> str").kernel(&center);
    ops.add("aten::ljust(str self, int width, str fillchar=\" \") -> str").kernel([](View s, int64_t width, View fill) {
        return pad(s, 0, missing(s, width), only_char(fill)[0]);
    });
    ops.add("aten::rjust(str self, int width, str fillchar=\" \") -> str").kernel([](View s, int64_t width, View fill) {
        return pad(s, missing(s, width), 0, only_char(fill)[0]);
    });
    ops.add("aten::zfill(str self, int width) -> str").kernel(&zfill);
    ops.add("aten::expandtabs(str self, int tabsize=8) -> str").kernel(&expand_tabs);
    ops.add("aten::replace(str self, str old, str new, int max=-1) -> str").kernel(&replace);
    ops.add("aten::split.str(str self, str? separator=None, int max=-1) -> str[]").kernel(&split);
    ops.add("aten::rsplit(str self, str separator=\" \", int max=-1) -> str[]").kernel(&rsplit);
    ops.add("aten::splitlines(str self, bool keepends=False) -> str[]").kernel(&split_lines);
    ops.add("aten::partition(str self, str separator) -> (str, str, str)").kernel(&partition);
    ops.add("aten::rpartition(str self, str separator) -> (str, str, str)").kernel(&rpartition);
    ops.add("aten::join(str self, str[] values) -> str").kernel(&join);
}

}  // namespace wick::jit
