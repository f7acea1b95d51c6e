#include "archive/module_save.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <unistd.h>

#include "archive/archive_fixture.h"
#include "archive/module_load.h"
#include "archive/saved_module.h"
#include "ir/graph.h"

namespace wick::jit {
namespace {

using archive::Bytes;
using archive::ZipReader;

std::string load_and_save(const Bytes& file) {
    const LoadedArchive loaded = load_archive(file);
    return save_archive_to_memory(loaded.module, {loaded.extra_files, {}, loaded.pending_states});
}

std::string version_of(const ZipReader& zip) {
    return std::string(zip.read(zip.find(".data/version") ? ".data/version" : "version").view());
}

/// Whether every method compiles; that is other tests' business.
bool compiles(const Bytes& file) {
    try {
        load_archive(file).unit->define_all();
        return true;
    } catch (const CompileError&) {
        return false;
    }
}

/// Calls `test` with each of the models that PyTorch wrote and its name.
void for_each_archive(std::initializer_list<const char*> folders,
                      const std::function<void(const Bytes& file, const std::string& name)>& test) {
    int tested = 0;
    for (const char* folder : folders) {
        for (const auto& entry : std::filesystem::directory_iterator(std::string(WICK_TEST_DATA "/") + folder)) {
            std::filesystem::path description = entry.path();
            if (entry.path().extension() != ".pt" || !std::filesystem::exists(description.replace_extension(".json")))
                continue;
            const Bytes file = archive::map_file(entry.path().string());
            if (!compiles(file)) continue;
            SCOPED_TRACE(entry.path());
            try {
                test(file, entry.path().stem());
                ++tested;
            } catch (const Error& error) {
                ADD_FAILURE() << error.what();
            }
        }
    }
    EXPECT_GT(tested, 30);
}

TEST(SaveArchive, IsStableAfterTheFirstTime) {
    for_each_archive({"t113", "t213", "old"}, [](const Bytes& original, const std::string&) {
        const std::string once = load_and_save(original);
        EXPECT_TRUE(load_and_save(Bytes::of(once)) == once);
    });
}

TEST(SaveArchive, WritesTheRecordsThatPyTorchWrites) {
    for_each_archive({"t113", "t213"}, [](const Bytes& original, const std::string& name) {
        const ZipReader before(original);
        const ZipReader after(Bytes::of(load_and_save(original)));
        // PyTorch's bytes tell who else held the result of __getstate__.
        if (name != "setstate") {
            EXPECT_TRUE(after.read("data.pkl").view() == before.read("data.pkl").view());
        }
        EXPECT_EQ(version_of(after), version_of(before));
        // Records of PyTorch 2.13, but for the inputs of traces, which it does not write again either.
        std::vector<std::string> names;
        for (const auto& record : before.records()) {
            if (!record.name.starts_with("traced_inputs")) names.push_back(record.name);
        }
        if (!before.find("byteorder")) names.insert(names.end(), {"byteorder", ".data/serialization_id"});
        std::vector<std::string> written;
        for (const auto& record : after.records()) written.push_back(record.name);
        EXPECT_EQ(written, names);
    });
}

/// The graphs of all methods, with the places in their authors' files, by qualified name. Warnings are numbered through
/// the process.
std::map<std::string, std::string> graphs_of(const LoadedArchive& archive) {
    static const std::regex warning("warn_id=[0-9]+");
    std::map<std::string, std::string> graphs;
    std::set<const void*> seen;
    const std::function<void(const IValue&)> visit = [&](const IValue& value) {
        if (!value.is_object() || !seen.insert(value.pointer()).second) return;
        for (const auto& method : value.to_object().type->methods())
            graphs[method->qualified_name()] = std::regex_replace(method->graph()->str(), warning, "");
        for (const IValue& slot : value.to_object().slots()) visit(slot);
    };
    visit(archive.module);
    return graphs;
}

TEST(SaveArchive, SavedProgramsCompileToTheSameGraphs) {
    for_each_archive({"t113", "t213"}, [](const Bytes& original, const std::string&) {
        const auto before = graphs_of(load_archive(original));
        const auto after = graphs_of(load_archive(Bytes::of(load_and_save(original))));
        ASSERT_EQ(after.size(), before.size());
        for (const auto& [name, graph] : before) EXPECT_EQ(after.at(name), graph) << name;
    });
}

IValue attribute(const LoadedArchive& archive, const std::string& name) {
    const ScriptObject& module = *archive.module;
    return module.attr(name);
}

size_t count_records(const ZipReader& zip, std::string_view folder) {
    return static_cast<size_t>(std::count_if(zip.records().begin(), zip.records().end(),
                                             [&](const auto& record) { return record.name.starts_with(folder); }));
}

TEST(SaveArchive, SharedTensorsStayShared) {
    SmallProgram program(
        "class M(Module):\n  __parameters__ = [\"a\", ]\n  __buffers__ = []\n  a : Tensor\n  same : Tensor\n"
        "  part : Tensor\n  bits : Tensor\n  lists : List[List[int]]\n");
    Tensor a = empty({4}, DType::float32);
    for (int i = 0; i < 4; ++i) a.mutable_data<float>()[i] = static_cast<float>(i);
    a.impl()->requires_grad = true;
    const Tensor part = a.as_strided_unchecked({2}, {2}, 1);
    const Tensor bits(make_intrusive<TensorImpl>(a.impl()->storage, DType::int32, a.sizes(), a.strides(), 0));
    const IValue list = make_list(int_type(), {IValue(1)});
    const auto module = program.object("M", {a, a, part, bits, make_list(list_type(int_type()), {list, list})});

    const Bytes saved = Bytes::of(save_archive_to_memory(module));
    // One record for the floats, one for the same bytes as ints: a pickled storage has one dtype.
    EXPECT_EQ(count_records(ZipReader(saved), "data/"), 2u);
    const LoadedArchive again = load_archive(saved);
    const Tensor loaded = attribute(again, "a").to_tensor();
    EXPECT_TRUE(attribute(again, "same").to_tensor().is_same(loaded));
    EXPECT_TRUE(loaded.impl()->requires_grad);
    const Tensor loaded_part = attribute(again, "part").to_tensor();
    EXPECT_EQ(loaded_part.impl()->storage.get(), loaded.impl()->storage.get());
    EXPECT_EQ(loaded_part.data<float>()[0], 1.0f);
    EXPECT_EQ(loaded_part.strides(), IntArrayRef({2}));
    EXPECT_FALSE(loaded_part.impl()->requires_grad);
    EXPECT_EQ(attribute(again, "bits").to_tensor().data<int32_t>()[1], 0x3f800000);
    const auto& lists = attribute(again, "lists").to_list().items;
    EXPECT_EQ(lists[0].pointer(), lists[1].pointer());
}

constexpr const char* kWithState =
    "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  n : int\n"
    "  def __getstate__(self: __torch__.M) -> Tuple[int, bool]:\n    n = self.n\n    return (n, True)\n"
    "  def __setstate__(self: __torch__.M,\n    state: Tuple[int, bool]) -> NoneType:\n"
    "    self.n = (state)[0]\n    return None\n";

TEST(SaveArchive, ObjectsWithGetstateAreWrittenAsItsResult) {
    SmallProgram program(kWithState);
    const auto module = program.object("M", {IValue(7)});
    try {
        save_archive_to_memory(module);
        ADD_FAILURE() << "no error";
    } catch (const OpError& error) {
        EXPECT_STREQ(error.what(), "cannot save an object of class __torch__.M: its __getstate__ has to run");
    }
    SaveOptions options;
    options.get_state = [](const IntrusivePtr<ScriptObject>& object) {
        return make_tuple({object->slot(0), IValue(true)});
    };
    const LoadedArchive again = load_archive(Bytes::of(save_archive_to_memory(module, options)));
    ASSERT_EQ(again.pending_states.size(), 1u);
    EXPECT_EQ(again.pending_states[0].second.to_tuple().elements[0].to_int(), 7);
    // States that nobody restored are written back.
    EXPECT_EQ(save_archive_to_memory(again.module, {{}, {}, again.pending_states}),
              save_archive_to_memory(module, options));
}

TEST(SaveArchive, RefusesWhatCannotBeReadAgain) {
    const auto message = [](const IntrusivePtr<ScriptObject>& module) -> std::string {
        try {
            save_archive_to_memory(module);
        } catch (const OpError& error) {
            return error.what();
        }
        return "";
    };
    const std::string inner = "class N(Module):\n  __parameters__ = []\n  __buffers__ = []\n  n : int\n";
    SmallProgram first(inner);
    SmallProgram second(inner + "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  x : Any\n  y : Any\n");
    const auto with = [&](IValue x, IValue y) { return second.object("M", {std::move(x), std::move(y)}); };
    EXPECT_EQ(message(with(first.object("N", {IValue(1)}), second.object("N", {IValue(1)}))),
              "cannot save a program with two definitions of __torch__.N; they come from different programs");
    EXPECT_EQ(message(with(make_intrusive<FutureObject>(int_type()), IValue())), "cannot save a value of type Future");
    SmallProgram plain("class C:\n  n : int\n");
    EXPECT_EQ(message(plain.object("C", {IValue(1)})), "only modules can be saved, not a __torch__.C");
}

TEST(SaveArchive, FailingLeavesTheOldFile) {
    const auto folder = std::filesystem::temp_directory_path() / ("wick-save-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "model.pt").string();
    SmallProgram program("class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  x : Any\n");
    save_archive(program.object("M", {IValue(1)}), path);
    EXPECT_EQ(ZipReader(archive::map_file(path)).top_folder(), "archive");
    EXPECT_THROW(save_archive(program.object("M", {make_intrusive<FutureObject>(int_type())}), path), OpError);
    EXPECT_EQ(load_archive(path).module->slot(0).to_int(), 1);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace wick::jit
