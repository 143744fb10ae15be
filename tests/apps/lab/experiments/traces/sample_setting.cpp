#include "tests/apps/lab/experiments/traces/sample_setting.h"

#include <ATen/Functions.h>

#include <filesystem>

#include "framework/model/tensor_bridge.h"
#include "tests/framework/runtime/tiny_network.h"
#include "transport/tensor_codec.h"

namespace branchline::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kPictures = 50;

void add_times(lab::TraceSetting& setting) {
  setting.graph = setting.model->layers();
  setting.graph.tiers = {Tier::device, Tier::edge};
  const std::vector<bool> deepest =
      graph::units_of_exit(setting.graph, setting.graph.exit_count() - 1);
  const auto units = std::count(deepest.begin() + 1, deepest.end(), true);
  for (graph::Unit& unit : setting.graph.units) {
    unit.time = {unit.id == 0 ? Duration{0} : 180ms / units,
                 unit.id == 0 ? Duration{0} : 2ms / units};
  }
  setting.whole = {2ms, 2100us, 2200us, 40};
}

void add_answers(lab::TraceSetting& setting) {
  const std::vector<int> right_of_ten = {6, 8, 9};
  const auto add = [&](std::int32_t unit, const std::string& codec, int exit) {
    lab::BatchAnswers batch{unit, codec, exit, {}};
    for (int i = 0; i < kPictures; ++i) {
      batch.right.push_back(i % 10 < right_of_ten[static_cast<std::size_t>(exit)]);
    }
    setting.pictures.answers.add(batch);
  };
  for (int exit = 0; exit < setting.graph.exit_count(); ++exit) {
    add(-1, "", exit);
    for (const std::int32_t unit : graph::cut_vertices(setting.graph, exit)) {
      add(unit, "raw", exit);
      if (unit == 0) add(unit, "jpeg", exit);
    }
  }
}

void add_codecs(lab::TraceSetting& setting) {
  const graph::LayerGraph& graph = setting.graph;
  for (const std::int32_t unit : graph::cut_vertices(graph, graph.exit_count() - 1)) {
    const auto bytes = graph.units[static_cast<std::size_t>(unit)].output_bytes;
    const auto add = [&](const std::string& codec) {
      profile::CodecRow row;
      row.unit = unit;
      row.codec = codec;
      row.raw_bytes = bytes;
      row.bytes = static_cast<double>(bytes);
      row.encode = row.decode = 10us;
      setting.pictures.codecs.rows.push_back(row);
    };
    add("raw");
    if (unit == 0) add("jpeg");
  }
}

}  // namespace

lab::TraceSetting sample_setting() {
  const auto folder = std::filesystem::temp_directory_path() / "branchline_traces_test";
  std::filesystem::create_directories(folder);
  lab::TraceSetting setting;
  setting.model = model::Model::load(write_tiny_network(folder.string(), 3));
  setting.network = "tiny";
  setting.deadline = 150ms;
  setting.period = 200ms;
  add_times(setting);
  add_answers(setting);
  add_codecs(setting);
  at::manual_seed(1);
  for (int i = 0; i < kPictures; ++i) {
    setting.inputs.push_back(at::randint(0, 256, {1, 8, 8, 3}, at::kByte));
    const auto sent =
        transport::encode(model::from_torch(setting.inputs.back()), transport::Codec::jpeg);
    setting.jpeg_bytes.push_back(static_cast<std::int64_t>(sent.payload_bytes));
  }
  return setting;
}

lab::TraceCase steady_trace(double bytes_per_s) {
  lab::TraceCase trace;
  trace.name = "steady";
  trace.link = transport::steady_link(bytes_per_s, bytes_per_s, 5ms);
  trace.length = 10s;
  return trace;
}

}  // namespace branchline::testing
