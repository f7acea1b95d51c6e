#include "archive/archive_fixture.h"
#include "archive/pickler.h"
#include "archive/torch_save.h"
#include "archive/unpickler.h"

namespace wick::archive {

using namespace std::string_literals;

static IValue read(const std::string& body) { return unpickle("data.pkl", "\x80\x02"s + body + "."); }
static std::string error(const std::string& body) {
    return archive_error([&] { read(body); });
}

TEST(Unpickler, PlainValues) {
    EXPECT_TRUE(read("N").is_none());
    EXPECT_EQ(read("\x88").to_bool(), true);
    EXPECT_EQ(read("K\xff").to_int(), 255);
    EXPECT_EQ(read("M\xff\xff").to_int(), 65535);
    EXPECT_EQ(read("J\xfe\xff\xff\xff").to_int(), -2);
    EXPECT_EQ(read("\x8a\x00"s).to_int(), 0);
    EXPECT_EQ(read("\x8a\x01\x80").to_int(), -128);
    EXPECT_EQ(read("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f").to_int(), INT64_MAX);
    EXPECT_EQ(read("G?\xf8\0\0\0\0\0\0"s).to_double(), 1.5);
    EXPECT_EQ(read("X\x02\0\0\0hi"s).to_string(), "hi");
    EXPECT_EQ(read("\x8c\x02hi").to_string(), "hi");
    EXPECT_EQ(read("(K\1K\2K\3K\4t").to_tuple().elements.size(), 4u);
    EXPECT_EQ(read("](K\1K\2e").to_list().items[1].to_int(), 2);
    EXPECT_EQ(read("(K\1K\2l").to_list().items.size(), 2u);
    EXPECT_EQ(read("}(K\1K\2K\3K\4u").to_dict().find(IValue(3))->to_int(), 4);
    EXPECT_EQ(read("cbuiltins\ncomplex\nG?\xf8\0\0\0\0\0\0G?\xf8\0\0\0\0\0\0\x86R"s).to_complex(),
              std::complex<double>(1.5, 1.5));
    EXPECT_EQ(read("ctorch\ndevice\n\x8c\x06"
                   "cuda:1\x85R")
                  .to_device()
                  .str(),
              "cuda:1");
    EXPECT_EQ(read("ctorch\nfloat16\n").to_int(), 5);
    EXPECT_EQ(read("ctorch\nSize\nK\1K\2\x86\x85R").to_int_vector(), (std::vector<int64_t>{1, 2}));
    EXPECT_EQ(read("ccollections\nOrderedDict\n)R").to_dict().size(), 0u);
    EXPECT_EQ(read("]\x94K\1a").to_list().items.size(), 1u);
    EXPECT_TRUE(read("ctorch.jit._pickle\nbuild_intlist\n(](K\1etR").to_list().element_type->is(jit::TypeKind::Int));
}

TEST(Unpickler, SharedValuesStayShared) {
    const IValue pair = read("]q\0h\0\x86"s);
    EXPECT_EQ(pair.to_tuple().elements[0].pointer(), pair.to_tuple().elements[1].pointer());
}

TEST(Unpickler, ErrorsNameRecordAndOffset) {
    EXPECT_EQ(error("X\xff\0\0\0hi"s), "record 'data.pkl', offset 2: 255 bytes are wanted where only 3 are left");
    EXPECT_EQ(error("K\1c__builtin__\neval\n"),
              "record 'data.pkl', offset 4: the global '__builtin__.eval' is not one that wick accepts");
    EXPECT_EQ(error("cos\nsystem\n\x8c\1x\x85R"),
              "record 'data.pkl', offset 2: the global 'os.system' is not one that wick accepts");
    EXPECT_EQ(
        error("ctorch._utils\n_rebuild_sparse_csr_tensor\n"),
        "record 'data.pkl', offset 2: 'torch._utils._rebuild_sparse_csr_tensor': sparse tensors of this layout are not "
        "supported");
    EXPECT_EQ(error("h\5"), "record 'data.pkl', offset 2: memo slot 5 was never filled");
    EXPECT_EQ(error("Nr\xff\xff\xff\xff"), "record 'data.pkl', offset 3: memo slot 4294967295 is out of range");
    EXPECT_EQ(error("\x8a\x09"
                    "123456789"),
              "record 'data.pkl', offset 2: an integer of 9 bytes does not fit in 64 bits");
    EXPECT_EQ(error("t"), "record 'data.pkl', offset 2: the opcode needs a mark, and there is none");
    EXPECT_EQ(error("K\1(R"), "record 'data.pkl', offset 5: the stack holds 0 values where 1 are needed");
    EXPECT_EQ(error("}(K\1u"), "record 'data.pkl', offset 6: a key of the dict has no value");
    EXPECT_EQ(error("}]Ns"), "record 'data.pkl', offset 5: unhashable type: 'List[Any]'");
    EXPECT_EQ(error("C\1a"), "record 'data.pkl', offset 2: opcode 0x43 is not one that wick reads");
    EXPECT_EQ(error("NN"), "record 'data.pkl', offset 4: the pickle leaves 2 values instead of one");
    EXPECT_EQ(error("ctorch\nSize\n"),
              "record 'data.pkl', offset 14: a class or function stands where a value is expected");
    EXPECT_EQ(error("]ctorch\nSize\na"),
              "record 'data.pkl', offset 16: a class or function stands where a value is expected");
    EXPECT_TRUE(
        contains(error("ctorch.jit._pickle\nbuild_intlist\n(](Netr"s.replace(39, 1, "R")), "a None in a list of int"));
    EXPECT_TRUE(contains(archive_error([] { unpickle("data.pkl", "N."); }), "must begin with the PROTO opcode"));
    EXPECT_TRUE(contains(archive_error([] { unpickle("data.pkl", "\x80\x02N.N"); }), "1 bytes follow the end"));
    EXPECT_TRUE(contains(archive_error([] { unpickle("data.pkl", ""); }), "record 'data.pkl', offset 0"));
}

TEST(Unpickler, RefusesCyclesDepthAndLaughter) {
    EXPECT_TRUE(contains(error("]q\0h\0a"s), "a value contains itself"));
    EXPECT_TRUE(contains(error("}q\0K\1h\0s"s), "a value contains itself"));
    EXPECT_TRUE(contains(error("N" + std::string(100000, '\x85')), "nested more than 1000 deep"));
    EXPECT_TRUE(contains(error("}N" + std::string(100000, '\x85') + "Ns"), "a nested tuple cannot be a key"));
    // Each tuple holds the one before twice: the value unfolds to 2^60.
    std::string laughs = ")q\0"s;
    for (char i = 1; i < 60; ++i) laughs += "h"s + char(i - 1) + "\x86q" + i;
    EXPECT_TRUE(contains(error(laughs), "shared values unfold"));
    // The same with depth hidden behind sharing.
    std::string chain = ")q\0"s;
    for (int i = 0; i < 2000; ++i) chain += "\x85r" + std::string({char(i & 255), char(i >> 8 & 255), 0, 0});
    EXPECT_TRUE(contains(error(chain), "nested more than"));
}

static Tensor arange(int64_t count) {
    Tensor tensor = empty({count}, DType::float32);
    for (int64_t i = 0; i < count; ++i) tensor.mutable_data<float>()[i] = static_cast<float>(i);
    return tensor;
}

TEST(Unpickler, ChecksTensorsAgainstTheirStorage) {
    UnpickleOptions options;
    options.read_storage = [](const StorageKey& key) {
        EXPECT_EQ(key.key, "0");
        EXPECT_EQ(key.location, "cpu");
        return arange(12).impl()->storage;
    };
    auto tensor = [&](int numel, int offset, const std::string& sizes, const std::string& strides,
                      char requires_grad = '\x89') {
        const std::string pickle =
            "\x80\x02"
            "ctorch._utils\n_rebuild_tensor_v2\n((\x8c\x07storagectorch\nFloatStorage\n\x8c\x01"
            "0\x8c\x03"
            "cpuK"s +
            char(numel) + "tQK" + char(offset) + "(" + sizes + "t(" + strides + "t" + requires_grad +
            "ccollections\nOrderedDict\n)RtR.";
        return unpickle("data.pkl", pickle, options).to_tensor();
    };
    const Tensor good = tensor(12, 0, "K\3K\4", "K\4K\1", '\x88');
    EXPECT_EQ(good.sizes().vec(), (std::vector<int64_t>{3, 4}));
    EXPECT_TRUE(good.impl()->requires_grad);
    EXPECT_EQ(tensor(12, 2, "K\2", "K\5").data<float>()[0], 2);
    EXPECT_THROW(tensor(12, 1, "K\3K\4", "K\4K\1"), ArchiveError);
    EXPECT_THROW(tensor(12, 0, "K\3K\4", "K\5K\1"), ArchiveError);
    EXPECT_THROW(tensor(12, 0, "J\xff\xff\xff\xff", "K\1"), ArchiveError);
    EXPECT_THROW(tensor(12, 0, "K\3", "J\xff\xff\xff\xff"), ArchiveError);
    EXPECT_THROW(tensor(12, 0, "K\3", ""), ArchiveError);
    EXPECT_THROW(
        tensor(12, 0, "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\1K\1"),
        ArchiveError);
    EXPECT_THROW(tensor(13, 0, "K\1", "K\1"), ArchiveError);
}

/// Value → pickle → value → pickle gives the same bytes.
static void round_trip(const IValue& value, const std::function<jit::TypePtr(const std::string&)>& parse_type) {
    Pickler first(PickleDialect::script);
    const std::string bytes = first.pickle(value);
    UnpickleOptions options;
    options.parse_type = parse_type;
    options.read_storage = [&](const StorageKey& key) { return first.storages().at(std::stoul(key.key)); };
    const IValue again = unpickle("data.pkl", bytes, options);
    Pickler second(PickleDialect::script);
    EXPECT_EQ(second.pickle(again), bytes);
}

TEST(Pickler, RoundTrips) {
    for (const int64_t number :
         {int64_t{0}, int64_t{255}, int64_t{256}, int64_t{65536}, int64_t{-1}, INT64_MIN, INT64_MAX}) {
        Pickler pickler(PickleDialect::script);
        EXPECT_EQ(unpickle("n", pickler.pickle(number)).to_int(), number);
    }
    const Tensor tensor = arange(6);
    const IValue shared = make_list(jit::string_type(), {IValue("a"), IValue("b"), IValue("a")});
    const IValue dict = make_dict(jit::string_type(), jit::tensor_type());
    dict.to_dict().set(IValue("x"), tensor);
    dict.to_dict().set(IValue("y"), tensor.as_strided_unchecked({2}, {2}, 1));
    const IValue value =
        make_tuple({IValue(std::vector<int64_t>{1, 2}), IValue(std::vector<double>{0.5}),
                    IValue(std::vector<bool>{true}), IValue(std::vector<Tensor>{tensor}), shared, shared, dict,
                    IValue(Device::parse("cuda:0")), IValue(std::complex<double>(1, -2)), IValue()});
    round_trip(value, [](const std::string& annotation) -> jit::TypePtr {
        if (annotation == "List[str]") return jit::list_type(jit::string_type());
        EXPECT_EQ(annotation, "Dict[str, Tensor]");
        return jit::dict_type(jit::string_type(), jit::tensor_type());
    });
}

TEST(Pickler, WritesTheOpcodesThatPyTorchWrites) {
    Pickler pickler(PickleDialect::script);
    const IValue value = make_tuple({IValue(std::vector<int64_t>{1, 256}), IValue("s"), IValue("s"), IValue()});
    EXPECT_EQ(pickler.pickle(value),
              "\x80\x02(ctorch.jit._pickle\nbuild_intlist\nq\x00(](K\x01M\x00\x01"
              "etRX\x01\x00\x00\x00sq\x01h\x01Nt."s);
}

TEST(Pickler, RefusesWhatHasNoForm) {
    const IValue list = make_list(jit::any_type());
    list.to_list().items.push_back(list);
    EXPECT_THROW(Pickler(PickleDialect::script).pickle(list), OpError);
    list.to_list().items.clear();
    EXPECT_THROW(Pickler(PickleDialect::script).pickle(IValue(make_intrusive<FutureObject>(jit::int_type()))), OpError);
}

TEST(TorchSave, RoundTripsPlainValues) {
    const Tensor tensor = arange(6);
    tensor.impl()->requires_grad = true;
    const IValue dict = make_dict(jit::string_type(), jit::any_type());
    dict.to_dict().set(IValue("weight"), tensor);
    dict.to_dict().set(IValue("view"), tensor.as_strided_unchecked({2}, {2}, 1));
    dict.to_dict().set(IValue("list"),
                       make_list(jit::any_type(), {IValue(1), IValue(2.5), IValue("s"), IValue(), IValue(true)}));
    const std::string bytes = save_torch_bytes(make_tuple({dict, tensor}));
    const IValue again = load_torch_bytes(Bytes::of(bytes));
    const IValue& loaded = again.to_tuple().elements[0];
    const Tensor weight = loaded.to_dict().find(IValue("weight"))->to_tensor();
    const Tensor view = loaded.to_dict().find(IValue("view"))->to_tensor();
    EXPECT_TRUE(weight.impl()->requires_grad);
    EXPECT_EQ(weight.impl()->storage.get(), view.impl()->storage.get());
    EXPECT_EQ(view.data<float>()[2], 3);
    EXPECT_TRUE(weight.is_same(again.to_tuple().elements[1].to_tensor()));
    EXPECT_EQ(loaded.to_dict().find(IValue("list"))->to_list().items.size(), 5u);
    EXPECT_EQ(save_torch_bytes(again), bytes);
}

TEST(TorchSave, RefusesOtherFiles) {
    EXPECT_TRUE(
        contains(archive_error([] { load_torch_bytes(Bytes::of("hello")); }), "not a file that torch.save wrote"));
}

}  // namespace wick::archive
