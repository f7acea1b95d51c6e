#include <gtest/gtest.h>

#include <wick/support/error.h>
#include <wick/support/parallel.h>
#include <wick/types/ivalue.h>

namespace wick {
namespace {

TEST(IValue, HoldsEveryKind) {
    EXPECT_TRUE(IValue().is_none());
    EXPECT_EQ(IValue(3).to_int(), 3);
    EXPECT_EQ(IValue(2.5).to_double(), 2.5);
    EXPECT_TRUE(IValue(true).to_bool());
    EXPECT_EQ(IValue("text").to_string(), "text");
    EXPECT_EQ(IValue(std::complex<double>(1, 2)).to_complex(), std::complex<double>(1, 2));
    EXPECT_EQ(IValue(std::vector<int64_t>{1, 2}).to_int_vector(), (std::vector<int64_t>{1, 2}));
    EXPECT_THROW(IValue(3).to_string(), OpError);
}

TEST(IValue, NumbersCompareExactly) {
    const int64_t large = (int64_t{1} << 53) + 1;  // no float
    EXPECT_FALSE(IValue(large).equals(IValue(0x1p53)));
    EXPECT_FALSE(IValue(0x1p53).equals(IValue(large)));
    EXPECT_TRUE(IValue(large - 1).equals(IValue(0x1p53)));
    EXPECT_FALSE(IValue(INT64_MAX).equals(IValue(0x1p63)));
    EXPECT_FALSE(IValue(large).equals(IValue(std::complex<double>(0x1p53, 0))));
    EXPECT_TRUE(IValue(true).equals(IValue(1.0)));
}

TEST(IValue, EqualNumbersHashEqually) {
    EXPECT_EQ(hash_of(IValue(7)), hash_of(IValue(7.0)));
    EXPECT_EQ(hash_of(IValue(true)), hash_of(IValue(1)));
    EXPECT_EQ(hash_of(IValue(-0.0)), hash_of(IValue(0)));
    EXPECT_EQ(hash_of(IValue(2.5)), hash_of(IValue(std::complex<double>(2.5, 0))));
    EXPECT_NE(hash_of(IValue((int64_t{1} << 60) + 1)), hash_of(IValue((int64_t{1} << 60) + 2)));
}

TEST(Dict, KeepsInsertionOrderThroughErasure) {
    auto dict = make_dict(jit::int_type(), jit::int_type());
    for (int i = 0; i < 1000; ++i) dict->set(i, i * i);
    for (int i = 0; i < 1000; i += 2) EXPECT_TRUE(dict->erase(i));
    EXPECT_EQ(dict->size(), 500u);
    for (int i = 1000; i < 1500; ++i) dict->set(i, i);
    EXPECT_EQ(dict->find(IValue(3))->to_int(), 9);
    EXPECT_EQ(dict->find(IValue(4)), nullptr);
    int64_t last = -1;
    for (const auto& [key, value] : dict->items()) {
        EXPECT_GT(key.to_int(), last);
        last = key.to_int();
    }
}

TEST(Dict, FindsTextsOfEveryLengthAndEqualNumbers) {
    auto texts = make_dict(jit::string_type(), jit::int_type());
    std::string text;
    for (int i = 0; i < 100; ++i, text += static_cast<char>('a' + i % 7)) texts->set(text, i);
    EXPECT_EQ(texts->size(), 100u);
    text.clear();
    for (int i = 0; i < 100; ++i, text += static_cast<char>('a' + i % 7)) EXPECT_EQ(texts->find(text)->to_int(), i);
    EXPECT_EQ(texts->find(IValue("ba")), nullptr);
    // As in Python, 1, 1.0 and True are one key.
    auto numbers = make_dict(jit::any_type(), jit::int_type());
    numbers->set(1, 1);
    numbers->set(1.0, 2);
    numbers->set(true, 3);
    EXPECT_EQ(numbers->size(), 1u);
    EXPECT_EQ(numbers->find(IValue(std::complex<double>(1, 0)))->to_int(), 3);
    EXPECT_EQ(numbers->find(IValue("1")), nullptr);
}

TEST(Object, LongChainsDieWithoutRecursion) {
    auto node_type = make_intrusive<jit::ClassType>("__torch__.Node", false);
    node_type->add_attribute("next", jit::any_type());
    IValue head;
    for (int i = 0; i < 1000000; ++i) {
        auto node = make_intrusive<ScriptObject>(node_type);
        node->set_slot(0, std::move(head));
        head = IValue(std::move(node));
    }
    head = IValue();
    EXPECT_EQ(node_type->use_count(), 1u);
}

TEST(Future, WaiterRunsWhatNobodyBegan) {
    ThreadBudget one(1);
    auto future = make_intrusive<FutureObject>(jit::int_type());
    future->set_task([raw = future.get()] { raw->set_value(7); });
    submit([future] { future->run_task(); });
    EXPECT_EQ(future->wait().to_int(), 7);
}

TEST(Types, Subtyping) {
    using namespace jit;
    EXPECT_TRUE(none_type()->is_subtype_of(optional_type(int_type())));
    EXPECT_TRUE(int_type()->is_subtype_of(number_type()));
    EXPECT_FALSE(list_type(int_type())->is_subtype_of(list_type(number_type())));
    EXPECT_TRUE(tuple_type({int_type(), none_type()})
                    ->is_subtype_of(tuple_type({number_type(), optional_type(tensor_type())})));
    EXPECT_EQ(union_type({int_type(), none_type()})->str(), "int?");
    EXPECT_EQ(unify_types(int_type(), none_type())->str(), "int?");
    EXPECT_EQ(dict_type(string_type(), list_type(tensor_type()))->annotation_str(), "Dict[str, List[Tensor]]");
    EXPECT_EQ(dict_type(string_type(), list_type(tensor_type()))->str(), "Dict(str, Tensor[])");
}

}  // namespace
}  // namespace wick
