// torch.einsum: sums of products in Einstein's notation. Operands are joined from left to right; each join is one
// batched matrix product over the indices that end there.
#include <algorithm>
#include <array>
#include <cctype>

#include "ops/families.h"
#include "ops/nn_common.h"
#include "ops/recorded.h"
#include "ops/registry.h"

namespace wick::jit {

using namespace ops;

namespace {

// Labels are numbers: letters first, then the dimensions that an ellipsis stands for (aligned at its end).
constexpr int kLetters = 52;
constexpr int kEllipsis = -1;

int label_of(char c) { return c >= 'a' ? c - 'a' + 26 : c - 'A'; }
char letter_of(int label) { return static_cast<char>(label < 26 ? 'A' + label : 'a' + label - 26); }

/// One operand's or the output's labels, kEllipsis where "..." stands.
std::vector<int> parse_labels(std::string_view text, std::string_view where) {
    std::vector<int> labels;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == ' ') continue;
        if (c == '.') {
            WICK_CHECK(text.substr(i, 3) == "...", "einsum(): found '.' for {} that is not part of any ellipsis",
                       where);
            WICK_CHECK(std::find(labels.begin(), labels.end(), kEllipsis) == labels.end(),
                       "einsum(): found '.' for {} for which an ellipsis was already found", where);
            labels.push_back(kEllipsis);
            i += 2;
            continue;
        }
        WICK_CHECK(
            std::isalpha(static_cast<unsigned char>(c)),
            "einsum(): invalid subscript given at index {} in the equation string, subscripts must be in [a-zA-Z]", i);
        labels.push_back(label_of(c));
    }
    return labels;
}

/// A tensor whose dimensions carry distinct labels.
struct Term {
    Tensor tensor;
    std::vector<int> labels;
    int64_t size_of(int label) const {
        const auto at = std::find(labels.begin(), labels.end(), label);
        return at == labels.end() ? 1 : tensor.size(at - labels.begin());
    }
    bool has(int label) const { return std::find(labels.begin(), labels.end(), label) != labels.end(); }
};

/// The term's dimensions in the order of `labels`; a missing one has size 1, and one that is left out had it.
Tensor arranged(const Term& term, const std::vector<int>& labels) {
    Tensor result = term.tensor;
    std::vector<int> own = term.labels;
    for (size_t i = own.size(); i-- > 0;) {
        if (std::find(labels.begin(), labels.end(), own[i]) != labels.end()) continue;
        result = recorded::squeeze(result, static_cast<int64_t>(i));
        own.erase(own.begin() + static_cast<std::ptrdiff_t>(i));
    }
    DimVector order;
    for (int label : labels) {
        const auto at = std::find(own.begin(), own.end(), label);
        if (at != own.end()) order.push_back(at - own.begin());
    }
    if (!std::is_sorted(order.begin(), order.end())) result = recorded::permute(result, order);
    for (size_t i = 0; i < labels.size(); ++i)
        if (!term.has(labels[i])) result = recorded::unsqueeze(result, static_cast<int64_t>(i));
    return result;
}

/// Labels of an operand with its ellipsis spelled out and repeated labels turned into a diagonal.
Term make_term(const Tensor& operand, const std::vector<int>& subscripts, int64_t ellipsis_rank, size_t number) {
    const auto letters =
        static_cast<int64_t>(subscripts.size()) - std::count(subscripts.begin(), subscripts.end(), kEllipsis);
    const bool has_ellipsis = letters != static_cast<int64_t>(subscripts.size());
    WICK_CHECK(
        has_ellipsis ? letters <= operand.dim() : letters == operand.dim(),
        "einsum(): the number of subscripts in the equation ({}) {} the number of dimensions ({}) for operand {}{}",
        letters, has_ellipsis ? "is more than" : "does not match", operand.dim(), number,
        has_ellipsis ? "" : " and no ellipsis was given");
    Term term;
    term.tensor = operand;
    // The dimensions of the term so far are the first of its tensor.
    const auto add = [&](int label) {
        const auto seen = std::find(term.labels.begin(), term.labels.end(), label);
        const auto at = seen - term.labels.begin(), next = static_cast<int64_t>(term.labels.size());
        if (seen == term.labels.end()) {
            term.labels.push_back(label);
            return;
        }
        WICK_CHECK(term.tensor.size(at) == term.tensor.size(next),
                   "einsum(): subscript {} is repeated for operand {} but the sizes don't match, {} != {}",
                   letter_of(label), number, term.tensor.size(next), term.tensor.size(at));
        term.tensor =
            recorded::call("aten::movedim.int", recorded::diagonal(term.tensor, 0, at, next), int64_t{-1}, at);
    };
    for (int label : subscripts) {
        if (label != kEllipsis) {
            add(label);
            continue;
        }
        const int64_t covered = operand.dim() - letters;
        for (int64_t i = 0; i < covered; ++i) add(kLetters + static_cast<int>(ellipsis_rank - covered + i));
    }
    return term;
}

/// Sums a term over the labels that nobody needs any more.
Term sum_unneeded(Term term, const std::vector<bool>& needed) {
    std::vector<int64_t> dims;
    std::vector<int> kept;
    for (size_t d = 0; d < term.labels.size(); ++d) {
        if (needed[static_cast<size_t>(term.labels[d])]) {
            kept.push_back(term.labels[d]);
        } else {
            dims.push_back(static_cast<int64_t>(d));
        }
    }
    if (!dims.empty()) term.tensor = recorded::sum(term.tensor, dims);
    term.labels = std::move(kept);
    return term;
}

/// The product of two terms, summed over the labels of both that are not needed.
Term join(const Term& left, const Term& right, const std::vector<bool>& needed) {
    std::vector<int> batch, left_only, right_only, summed;
    for (int label : left.labels) {
        // A dimension of size 1 broadcasts, so it belongs to the other side alone.
        const bool both = right.has(label) && left.size_of(label) != 1 && right.size_of(label) != 1;
        if (!both) {
            if (!right.has(label) || left.size_of(label) != 1) left_only.push_back(label);
        } else if (needed[static_cast<size_t>(label)]) {
            batch.push_back(label);
        } else {
            summed.push_back(label);
        }
    }
    for (int label : right.labels)
        if (!left.has(label) || left.size_of(label) == 1) right_only.push_back(label);
    const auto flat = [](const Term& term, std::initializer_list<const std::vector<int>*> groups) {
        std::vector<int> order;
        DimVector sizes;
        for (const auto* group : groups) {
            int64_t size = 1;
            for (int label : *group) {
                order.push_back(label);
                size *= term.size_of(label);
            }
            sizes.push_back(size);
        }
        return recorded::reshape(arranged(term, order), sizes);
    };
    const Tensor a = flat(left, {&batch, &left_only, &summed}), b = flat(right, {&batch, &summed, &right_only});
    const Tensor product = recorded::call("aten::bmm", a, b);
    Term result;
    DimVector sizes;
    for (const auto* group : {&batch, &left_only, &right_only}) {
        for (int label : *group) {
            result.labels.push_back(label);
            sizes.push_back(group == &right_only ? right.size_of(label) : left.size_of(label));
        }
    }
    result.tensor = recorded::reshape(product, sizes);
    return sum_unneeded(std::move(result), needed);
}

/// `path`, an order of contraction, changes the work but not the result.
Tensor einsum(const std::string& equation, const std::vector<Tensor>& tensors, const IValue&) {
    WICK_CHECK(!tensors.empty(), "einsum(): must provide at least one operand");
    const size_t arrow = equation.find("->");
    const std::string_view all = equation, left_side = all.substr(0, arrow);
    std::vector<std::vector<int>> subscripts;
    for (size_t start = 0;;) {
        const size_t comma = left_side.find(',', start);
        subscripts.push_back(
            parse_labels(left_side.substr(start, comma == std::string_view::npos ? comma : comma - start),
                         fmt::format("operand {}", subscripts.size())));
        if (comma == std::string_view::npos) break;
        start = comma + 1;
    }
    WICK_CHECK(subscripts.size() == tensors.size(),
               "einsum(): {} operands were provided than specified in the equation",
               subscripts.size() < tensors.size() ? "more" : "fewer");
    int64_t ellipsis_rank = 0;
    DType dtype = tensors[0].dtype();
    for (size_t i = 0; i < tensors.size(); ++i) {
        dtype = promote_types(dtype, tensors[i].dtype());
        const auto ellipses = std::count(subscripts[i].begin(), subscripts[i].end(), kEllipsis);
        if (ellipses)
            ellipsis_rank = std::max(ellipsis_rank, tensors[i].dim() - static_cast<int64_t>(subscripts[i].size()) + 1);
    }
    std::vector<Term> terms;
    const size_t label_count = static_cast<size_t>(kLetters + ellipsis_rank);
    std::vector<int> uses(label_count, 0), occurrences(label_count, 0);
    std::vector<int64_t> size(label_count, 1);
    for (size_t i = 0; i < tensors.size(); ++i) {
        for (int label : subscripts[i])
            if (label != kEllipsis) ++occurrences[static_cast<size_t>(label)];
        terms.push_back(make_term(recorded::to_dtype(tensors[i], dtype), subscripts[i], ellipsis_rank, i));
        for (int label : terms.back().labels) {
            const size_t at = static_cast<size_t>(label);
            const int64_t n = terms.back().size_of(label);
            WICK_CHECK(n == size[at] || n == 1 || size[at] == 1,
                       "einsum(): subscript {} has size {} for operand {} which does not broadcast with previously "
                       "seen size {}",
                       label < kLetters ? std::string(1, letter_of(label)) : "...", n, i, size[at]);
            if (n != 1) size[at] = n;
            ++uses[at];
        }
    }
    std::vector<int> output;
    if (arrow != std::string::npos) {
        for (int label : parse_labels(all.substr(arrow + 2), "the output")) {
            if (label == kEllipsis) {
                for (int64_t i = 0; i < ellipsis_rank; ++i) output.push_back(kLetters + static_cast<int>(i));
                continue;
            }
            WICK_CHECK(uses[static_cast<size_t>(label)] > 0,
                       "einsum(): output subscript {} does not appear in the equation for any input operand",
                       letter_of(label));
            WICK_CHECK(std::find(output.begin(), output.end(), label) == output.end(),
                       "einsum(): output subscript {} appears more than once in the output", letter_of(label));
            output.push_back(label);
        }
    } else {
        for (int64_t i = 0; i < ellipsis_rank; ++i) output.push_back(kLetters + static_cast<int>(i));
        for (int label = 0; label < kLetters; ++label)
            if (occurrences[static_cast<size_t>(label)] == 1) output.push_back(label);
    }
    // A label is needed while a later operand or the output names it.
    const auto needed_after = [&](size_t i) {
        std::vector<bool> needed(label_count, false);
        for (int label : output) needed[static_cast<size_t>(label)] = true;
        for (size_t later = i + 1; later < terms.size(); ++later)
            for (int label : terms[later].labels) needed[static_cast<size_t>(label)] = true;
        return needed;
    };
    Term result = sum_unneeded(terms[0], needed_after(0));
    for (size_t i = 1; i < terms.size(); ++i) {
        std::vector<bool> needed = needed_after(i), with_result = needed;
        for (int label : result.labels) with_result[static_cast<size_t>(label)] = true;
        result = join(result, sum_unneeded(terms[i], with_result), needed);
    }
    return arranged(result, output);
}

}  // namespace

void register_linalg_einsum(Registry& ops) {
    ops.add("aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor")
        .kernel(&einsum)
        .differentiated_by_parts();
}

}  // namespace wick::jit
