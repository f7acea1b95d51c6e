// The dispatch loop: what each opcode of bytecode.h does.

#include "ops/builtins.h"
#include "ops/strings.h"
#include "runtime/containers.h"
#include "runtime/interpreter_impl.h"
#include "tensor/call_mode.h"

namespace wick::jit {
namespace {

/// `type`: the exception's class by name, or null.
[[noreturn]] void raise(const IValue& message, const IValue* type) {
    const bool is_named = type && type->is_string() && !type->to_string().empty();
    const std::string text = message.to_string();
    throw ScriptError(is_named ? type->to_string() : "RuntimeError", text, text);
}

bool is_instance(const IValue& value, const std::vector<TypePtr>& types) {
    const TypePtr type = value.type();
    for (const TypePtr& wanted : types) {
        if (type->is_subtype_of(wanted)) return true;
    }
    return false;
}

void unpack(const std::vector<IValue>& elements, std::string_view what, int32_t count, IValue* registers) {
    WICK_CHECK(elements.size() == static_cast<size_t>(count), "Expected {} elements in a {} but found {}", count, what,
               elements.size());
    std::copy(elements.begin(), elements.end(), registers);
}

}  // namespace

// Each instruction ends in its own jump to the next one's code, which processors foresee better than one jump for all.
// (Such a jump runs no destructors: what an instruction made must have gone out of scope before it.)
#define WICK_GO() goto* kLabels[static_cast<uint8_t>(at->opcode)]
#define WICK_NEXT() \
    ++at;           \
    WICK_GO()

IValue Interpreter::execute() {
#define WICK_PLAIN(name, b, c, extra, text) &&name,
#define WICK_NUMBER(name, operation, type, function) &&name,
#define WICK_TEST(name, operation, type, function) &&name, &&JumpUnless##name, &&RepeatIf##name,
    static const void* const kLabels[] = {WICK_FORALL_OPCODES(WICK_PLAIN, WICK_NUMBER, WICK_NUMBER, WICK_TEST)};
#undef WICK_PLAIN
#undef WICK_NUMBER
#undef WICK_TEST

    // What the top frame works with is kept in locals; the stack learns of it when another frame comes on top, and on
    // failure, for the traceback.
    Window window(frames_.back());
    const Instruction* at = frames_.back().next;
    const auto suspend = [&] { frames_.back().next = at + 1; };
    const auto resume = [&] {
        window = Window(frames_.back());
        at = frames_.back().next;
    };
    const auto reg = [&](uint32_t index) -> IValue& { return window.registers[index]; };
    try {
        WICK_GO();

    Move:
        set_operand(reg(at->a), window, at->b);
        WICK_NEXT();
    Drop:
        for (int32_t i = 0; i < at->c; ++i) reg(operands(window, *at)[i] >> 1) = IValue();
        WICK_NEXT();

    Jump:
        at += at->b;
        WICK_GO();
    JumpUnless:
        at += value(window, at->b).to_bool() ? 1 : at->c;
        WICK_GO();
    Repeat:
        count_step();
        at += at->b;
        WICK_GO();
    RepeatIf:
        count_step();
        at += value(window, at->b).to_bool() ? at->c : 1;
        WICK_GO();
    CountEnter:
        set(reg(at->a), int64_t{0});
        at += scalar<int64_t>(window, at->b) > 0 ? 1 : at->c;
        WICK_GO();
    CountNext : {
        count_step();
        const int64_t next = reg(at->a).to_int() + 1;
        set(reg(at->a), next);
        at += next < scalar<int64_t>(window, at->b) ? at->c : 1;
    }
        WICK_GO();
    LoopEnter:
        set(reg(at->a), int64_t{0});
        at += scalar<int64_t>(window, at->extra) > 0 && value(window, at->b).to_bool() ? 1 : at->c;
        WICK_GO();
    LoopNext : {
        count_step();
        const int64_t next = reg(at->a).to_int() + 1;
        set(reg(at->a), next);
        at += next < scalar<int64_t>(window, at->extra) && value(window, at->b).to_bool() ? at->c : 1;
    }
        WICK_GO();
    Return : {
        IValue result = take(window, at->b);
        const uint32_t target = frames_.back().result;
        pop_frame();
        if (frames_.size() == base_) return result;
        resume();
        set(reg(target), std::move(result));
    }
        WICK_GO();
    ReturnGroup:
        end_group(window, *at);
        resume();
        WICK_GO();
    Raise:
        raise(value(window, operands(window, *at)[0]), at->c > 1 ? &value(window, operands(window, *at)[1]) : nullptr);
    SkipWarned:
        at += warned_.insert(at->extra).second ? 1 : at->b;
        WICK_GO();

    Operator:
        count_step();
        call_operator(window, *at);
        WICK_NEXT();
    Call:
        count_step();
        if ((CallMode::current() & CallMode::kHandled) && call_as_operator(window, *at)) [[unlikely]] {
            WICK_NEXT();
        }
        suspend();
        call_function(*window.plan->functions[at->extra], window, *at);
        resume();
        WICK_GO();
    CountCall:
        count_step();
        WICK_NEXT();
    CallValue : {
        count_step();
        WICK_CHECK(at->c > 0, "nothing to call");
        const IValue callee = take(window, operands(window, *at)[0]);
        suspend();
        call_function(callee.to_function(), window, *at, 1);
        resume();
    }
        WICK_GO();
    CallInterface : {
        count_step();
        Function& method = interface_method(window, *at);
        suspend();
        call_function(method, window, *at);
        resume();
    }
        WICK_GO();
    Enter:
    Exit:
        count_step();
        suspend();
        call_manager(window, *at);
        resume();
        WICK_GO();
    Fork:
        count_step();
        reg(at->a) = fork(window, *at);
        WICK_NEXT();
    Await:
        reg(at->a) = await(window, *at);
        WICK_NEXT();

    Differentiable:
        count_step();
        suspend();
        begin_group(window, *at);
        resume();
        WICK_GO();

    GetAttr:
    GetPath : {
        const ScriptObject& object = value(window, at->b).to_object();
        if (object.is_shared()) {
            at = get_shared_attributes(window, at);
            WICK_GO();
        }
        set(reg(at->a), object.slot_at(path_of(window, *at)));
        release(window, at->b);
    }
        WICK_NEXT();
    SetAttr:
        value(window, at->b).to_object().set_slot(static_cast<size_t>(at->extra), take(window, at->c));
        release(window, at->b);
        WICK_NEXT();
    CreateObject:
        reg(at->a) = create_object(window.plan->types[at->b]);
        made(reg(at->a));
        WICK_NEXT();
    Tuple:
        reg(at->a) = make_tuple(take_all(window, *at), window.plan->types[at->extra]);
        made(reg(at->a));
        WICK_NEXT();
    List:
        reg(at->a) = make_list(window.plan->types[at->extra], take_all(window, *at));
        made(reg(at->a));
        WICK_NEXT();
    Dict:
        reg(at->a) = create_dict(*window.plan->types[at->extra], take_all(window, *at));
        made(reg(at->a));
        WICK_NEXT();
    TupleUnpack : {
        const IValue whole = take(window, at->b);
        unpack(whole.to_tuple().elements, "tuple", at->c, &reg(at->a));
    }
        WICK_NEXT();
    ListUnpack : {
        const IValue whole = take(window, at->b);
        unpack(snapshot(whole.to_list())->items, "list", at->c, &reg(at->a));
    }
        WICK_NEXT();
    TupleSlice:
        reg(at->a) = slice_tuple(take(window, at->b).to_tuple(), at->c, at->extra);
        made(reg(at->a));
        WICK_NEXT();
    IsInstance : {
        const bool result = is_instance(value(window, at->b), window.plan->type_lists[at->c]);
        release(window, at->b);
        set(reg(at->a), result);
    }
        WICK_NEXT();
    ToList:
        reg(at->a) = tensor_to_list(take(window, operands(window, *at)[0]).tensor_ref(), window.plan->types[at->extra]);
        made(reg(at->a));
        WICK_NEXT();

    Not:
        set(reg(at->a), !value(window, at->b).to_bool());
        WICK_NEXT();
    IsNone:
    IsNotNone : {
        const bool none = value(window, at->b).is_none();
        release(window, at->b);
        set(reg(at->a), none == (at->opcode == Opcode::IsNone));
    }
        WICK_NEXT();
    RangeLength:
        set(reg(at->a), arithmetic::RangeLength()(scalar<int64_t>(window, at->b), scalar<int64_t>(window, at->c),
                                                  scalar<int64_t>(window, at->extra)));
        WICK_NEXT();
    RangeItem:
        set(reg(at->a), arithmetic::RangeItem()(scalar<int64_t>(window, at->b), scalar<int64_t>(window, at->c),
                                                scalar<int64_t>(window, at->extra)));
        WICK_NEXT();
    StrConcat : {
        const bool may_grow = at->b >= 0 && (at->b & 1) && !context_->meter;
        std::string* text = may_grow ? reg(at->b >> 1).unshared_string() : nullptr;
        if (text) {
            text->append(value(window, at->c).to_string());
            set(reg(at->a), std::move(reg(at->b >> 1)));
        } else {
            set(reg(at->a),
                concat_strings(scalar<std::string_view>(window, at->b), scalar<std::string_view>(window, at->c)));
            made(reg(at->a));
            release(window, at->b);
        }
        release(window, at->c);
    }
        WICK_NEXT();
    ListLength : {
        const int64_t length = list_length(value(window, at->b).to_list());
        release(window, at->b);
        set(reg(at->a), length);
    }
        WICK_NEXT();
    ListGet:
        set(reg(at->a), list_item(value(window, at->b).to_list(), scalar<int64_t>(window, at->c)));
        release(window, at->b);
        WICK_NEXT();
    ListSet:
        set_list_item(value(window, at->b).to_list(), scalar<int64_t>(window, at->c), take(window, at->extra));
        release(window, at->b);
        WICK_NEXT();
    ListAppend:
        append_to_list(window, *at);
        WICK_NEXT();
    DictGet:
        set(reg(at->a), dict_item(value(window, at->b).to_dict(), value(window, at->c)));
        release(window, at->b);
        release(window, at->c);
        WICK_NEXT();
    DictGetOr:
        set(reg(at->a), dict_item_or(value(window, at->b).to_dict(), value(window, at->c), value(window, at->extra)));
        release(window, at->b);
        release(window, at->c);
        release(window, at->extra);
        WICK_NEXT();
    DictContains : {
        const bool found = dict_contains(value(window, at->b).to_dict(), value(window, at->c));
        release(window, at->b);
        release(window, at->c);
        set(reg(at->a), found);
    }
        WICK_NEXT();
    DictSet:
        set_in_dict(window, *at);
        WICK_NEXT();

        using namespace arithmetic;
#define WICK_PLAIN(name, b, c, extra, text)
#define WICK_UNARY(name, operation, type, function)           \
    name:                                                     \
    set(reg(at->a), function()(scalar<type>(window, at->b))); \
    WICK_NEXT();
#define WICK_BINARY(name, operation, type, function)                                       \
    name:                                                                                  \
    set(reg(at->a), function()(scalar<type>(window, at->b), scalar<type>(window, at->c))); \
    release_scalar<type>(window, at->b);                                                   \
    release_scalar<type>(window, at->c);                                                   \
    WICK_NEXT();
#define WICK_TEST(name, operation, type, function)                                                                 \
    WICK_BINARY(name, operation, type, function)                                                                   \
    JumpUnless##name : at += function()(scalar<type>(window, at->b), scalar<type>(window, at->c)) ? 1 : at->extra; \
    WICK_GO();                                                                                                     \
    RepeatIf##name : count_step();                                                                                 \
    at += function()(scalar<type>(window, at->b), scalar<type>(window, at->c)) ? at->extra : 1;                    \
    WICK_GO();
        WICK_FORALL_OPCODES(WICK_PLAIN, WICK_UNARY, WICK_BINARY, WICK_TEST)
#undef WICK_PLAIN
#undef WICK_UNARY
#undef WICK_BINARY
#undef WICK_TEST
    } catch (...) {
        // A failing call may have suspended its frame already, or even pushed the callee.
        if (frames_.back().registers == window.registers) frames_.back().next = at;
        throw;
    }
}

#undef WICK_NEXT
#undef WICK_GO

}  // namespace wick::jit
