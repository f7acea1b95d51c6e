#include "archive/unpickler.h"

#include <bit>

#include <wick/support/check.h>

#include "archive/pickle_calls.h"
#include "archive/pickle_opcodes.h"
#include "archive/value_shape.h"

namespace wick::archive {

namespace {

/// The machine: a stack of values, its marks, and the memo. What a name stands for when it is called: pickle_calls.h.
class Unpickler {
 public:
    Unpickler(const std::string& record, std::string_view bytes, const UnpickleOptions& options)
        : record_(record), bytes_(bytes), max_depth_(options.max_depth), calls_(options) {}

    ~Unpickler() {
        if (finished_) return;
        // A list or dict may contain itself: counting alone would never free it.
        for (const IValue& container : containers_) {
            if (container.is_list()) container.to_list().items.clear();
            if (container.is_dict()) container.to_dict().clear();
        }
    }

    IValue run() {
        try {
            if (read_byte() != static_cast<uint8_t>(PickleOp::proto)) fail("a pickle must begin with the PROTO opcode");
            if (const uint8_t protocol = read_byte(); protocol > 5)
                fail(fmt::format("pickle protocol {} is not known", protocol));
            while (step()) {
            }
            if (stack_.size() != 1 || !marks_.empty())
                fail(fmt::format("the pickle leaves {} values instead of one", stack_.size()));
            check_value_shape(stack_[0], {max_depth_, kTreeSizeBase + kTreeSizePerByte * bytes_.size()});
        } catch (const ArchiveError&) {
            throw;
        } catch (const OpError& error) {
            fail(error.what());
        }
        finished_ = true;
        return std::move(stack_[0]);
    }

    size_t position() const { return at_; }

 private:
    static constexpr uint64_t kTreeSizeBase = 1 << 20;
    static constexpr uint64_t kTreeSizePerByte = 16;

    [[noreturn]] void fail(const std::string& message) const {
        throw ArchiveError(record_, static_cast<int64_t>(start_), message);
    }

    // Reading.

    std::string_view read(uint64_t count) {
        if (count > bytes_.size() - at_)
            fail(fmt::format("{} bytes are wanted where only {} are left", count, bytes_.size() - at_));
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    template <class T>
    T read_number() {
        return load_le<T>(read(sizeof(T)).data());
    }
    uint8_t read_byte() { return read_number<uint8_t>(); }
    std::string read_line() {
        const size_t end = bytes_.find('\n', at_);
        if (end == std::string_view::npos) fail("a name has no end");
        std::string line(read(end - at_));
        ++at_;
        return line;
    }
    int64_t read_long(size_t size) {
        if (size > 8) fail(fmt::format("an integer of {} bytes does not fit in 64 bits", size));
        const std::string_view digits = read(size);
        if (size == 0) return 0;
        uint64_t value = digits.back() & 0x80 ? ~uint64_t{0} : 0;
        for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<uint8_t>(digits[i]);
        return static_cast<int64_t>(value);
    }

    // The stack. Values below the last mark are out of reach of everything but that mark's opcode.

    size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
    void push(IValue value) { stack_.push_back(std::move(value)); }
    void need(size_t count) const {
        if (stack_.size() - floor() < count)
            fail(fmt::format("the stack holds {} values where {} are needed", stack_.size() - floor(), count));
    }
    IValue pop() {
        need(1);
        IValue value = std::move(stack_.back());
        stack_.pop_back();
        return value;
    }
    IValue& top() {
        need(1);
        return stack_.back();
    }
    std::vector<IValue> pop_count(size_t count) {
        need(count);
        std::vector<IValue> values(std::make_move_iterator(stack_.end() - count),
                                   std::make_move_iterator(stack_.end()));
        stack_.resize(stack_.size() - count);
        return values;
    }
    std::vector<IValue> pop_mark() {
        if (marks_.empty()) fail("the opcode needs a mark, and there is none");
        const size_t start = marks_.back();
        std::vector<IValue> values = pop_count(stack_.size() - start);
        marks_.pop_back();
        return values;
    }
    void push_list(std::vector<IValue> items) { push(keep(make_list(jit::any_type(), std::move(items)))); }
    void push_dict() { push(keep(make_dict(jit::any_type(), jit::any_type()))); }
    IValue keep(IValue value) {
        if (value.is_list() || value.is_dict()) containers_.push_back(value);
        return value;
    }

    void remember(size_t slot) {
        // Each entry costs at least two bytes of pickle, so a sane slot number is below the pickle's size.
        if (slot >= bytes_.size()) fail(fmt::format("memo slot {} is out of range", slot));
        if (slot >= memo_.size()) memo_.resize(slot + 1), known_.resize(slot + 1);
        memo_[slot] = top();
        known_[slot] = true;
        next_memo_ = std::max(next_memo_, slot + 1);
    }
    void recall(size_t slot) {
        if (slot >= memo_.size() || !known_[slot]) fail(fmt::format("memo slot {} was never filled", slot));
        push(memo_[slot]);
    }

    void extend(const IValue& list, std::vector<IValue> items) {
        if (!list.is_list()) fail(fmt::format("items are appended to a {}", list.tag_name()));
        auto& to = list.to_list().items;
        to.insert(to.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    }
    // Opcodes.

    bool step() {
        start_ = at_;
        const uint8_t byte = read_byte();
        switch (static_cast<PickleOp>(byte)) {
            case PickleOp::stop:
                return false;
            case PickleOp::proto:
                fail("a second PROTO opcode");
            case PickleOp::frame:
                read(8);
                break;
            case PickleOp::mark:
                marks_.push_back(stack_.size());
                break;
            case PickleOp::none:
                push(IValue());
                break;
            case PickleOp::newtrue:
                push(true);
                break;
            case PickleOp::newfalse:
                push(false);
                break;
            case PickleOp::binint:
                push(int64_t{read_number<int32_t>()});
                break;
            case PickleOp::binint1:
                push(int64_t{read_byte()});
                break;
            case PickleOp::binint2:
                push(int64_t{read_number<uint16_t>()});
                break;
            case PickleOp::long1:
                push(read_long(read_byte()));
                break;
            case PickleOp::binfloat:
                push(std::bit_cast<double>(__builtin_bswap64(read_number<uint64_t>())));
                break;
            case PickleOp::binunicode:
            case PickleOp::binstring:
                push(std::string(read(read_number<uint32_t>())));
                break;
            case PickleOp::short_binunicode:
            case PickleOp::short_binstring:
                push(std::string(read(read_byte())));
                break;
            case PickleOp::binunicode8:
                push(std::string(read(read_number<uint64_t>())));
                break;
            case PickleOp::empty_list:
                push_list({});
                break;
            case PickleOp::list:
                push_list(pop_mark());
                break;
            case PickleOp::append: {
                std::vector<IValue> item = pop_count(1);
                extend(top(), std::move(item));
                break;
            }
            case PickleOp::appends: {
                std::vector<IValue> items = pop_mark();
                extend(top(), std::move(items));
                break;
            }
            case PickleOp::empty_dict:
                push_dict();
                break;
            case PickleOp::dict: {
                std::vector<IValue> items = pop_mark();
                push_dict();
                set_items(top(), std::move(items));
                break;
            }
            case PickleOp::setitem: {
                std::vector<IValue> items = pop_count(2);
                set_items(top(), std::move(items));
                break;
            }
            case PickleOp::setitems: {
                std::vector<IValue> items = pop_mark();
                set_items(top(), std::move(items));
                break;
            }
            case PickleOp::empty_tuple:
                push(make_tuple({}));
                break;
            case PickleOp::tuple:
                push(make_tuple(pop_mark()));
                break;
            case PickleOp::tuple1:
                push(make_tuple(pop_count(1)));
                break;
            case PickleOp::tuple2:
                push(make_tuple(pop_count(2)));
                break;
            case PickleOp::tuple3:
                push(make_tuple(pop_count(3)));
                break;
            case PickleOp::binput:
                remember(read_byte());
                break;
            case PickleOp::long_binput:
                remember(read_number<uint32_t>());
                break;
            case PickleOp::memoize:
                remember(next_memo_);
                break;
            case PickleOp::binget:
                recall(read_byte());
                break;
            case PickleOp::long_binget:
                recall(read_number<uint32_t>());
                break;
            case PickleOp::global: {
                const std::string module = read_line();
                push(calls_.global(module, read_line()));
                break;
            }
            case PickleOp::stack_global: {
                const std::vector<IValue> names = pop_count(2);
                push(calls_.global(names[0].to_string(), names[1].to_string()));
                break;
            }
            case PickleOp::newobj: {
                const IValue arguments = pop();
                calls_.check_new(top(), arguments);
                break;
            }
            case PickleOp::reduce: {
                const IValue arguments = pop();
                push(keep(calls_.call(pop(), arguments)));
                break;
            }
            case PickleOp::build: {
                IValue state = pop();
                push(calls_.build(pop(), std::move(state)));
                break;
            }
            case PickleOp::binpersid:
                push(calls_.storage(pop()));
                break;
            default:
                fail(fmt::format("opcode {:#04x} is not one that wick reads", byte));
        }
        return true;
    }

    const std::string& record_;
    const std::string_view bytes_;
    const int64_t max_depth_;
    size_t at_ = 0;
    size_t start_ = 0;  // of the current opcode
    std::vector<IValue> stack_;
    std::vector<size_t> marks_;
    std::vector<IValue> memo_;
    std::vector<bool> known_;
    size_t next_memo_ = 0;
    std::vector<IValue> containers_;
    PickleCalls calls_;
    bool finished_ = false;
};

}  // namespace

IValue unpickle(const std::string& record, std::string_view bytes, const UnpickleOptions& options, size_t* consumed) {
    Unpickler unpickler(record, bytes, options);
    IValue value = unpickler.run();
    if (consumed) {
        *consumed = unpickler.position();
    } else if (unpickler.position() != bytes.size()) {
        throw ArchiveError(record, static_cast<int64_t>(unpickler.position()),
                           fmt::format("{} bytes follow the end of the pickle", bytes.size() - unpickler.position()));
    }
    return value;
}

}  // namespace wick::archive
