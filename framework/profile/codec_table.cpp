#include "framework/profile/codec_table.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "framework/base/error.h"

namespace branchline::profile {
namespace {

using CodecJson = nlohmann::ordered_json;

constexpr const char* kCodecsSchema = "branchline.codecs/1";
constexpr const char* kCodecsFix = "Measure again with: branchline experiment codecs -o DIR";

CodecJson row_to_json(const CodecRow& row) {
  CodecJson accuracy = CodecJson::array();
  for (const auto& share : row.accuracy)
    accuracy.push_back(share ? CodecJson(*share) : CodecJson());
  return {{"unit", row.unit},
          {"codec", row.codec},
          {"raw_bytes", row.raw_bytes},
          {"bytes", row.bytes},
          {"max_error", row.max_error},
          {"mean_error", row.mean_error},
          {"encode_ns", row.encode.count()},
          {"decode_ns", row.decode.count()},
          {"accuracy", std::move(accuracy)}};
}

double number_in(const CodecJson& json, const char* name) {
  const double number = json.at(name).get<double>();
  if (!(std::isfinite(number) && number >= 0)) {
    throw std::invalid_argument(std::string("\"") + name + "\" is negative or not finite");
  }
  return number;
}

double share_in(const CodecJson& json) {
  const double share = json.get<double>();
  if (!(share >= 0 && share <= 1)) throw std::invalid_argument("an accuracy is not in 0..1");
  return share;
}

CodecRow row_from_json(const CodecJson& json, std::size_t exits) {
  CodecRow row;
  row.unit = json.at("unit").get<std::int32_t>();
  row.codec = json.at("codec").get<std::string>();
  row.raw_bytes = std::llround(number_in(json, "raw_bytes"));
  row.bytes = number_in(json, "bytes");
  row.max_error = number_in(json, "max_error");
  row.mean_error = number_in(json, "mean_error");
  row.encode = Duration(std::llround(number_in(json, "encode_ns")));
  row.decode = Duration(std::llround(number_in(json, "decode_ns")));
  for (const CodecJson& share : json.at("accuracy")) {
    row.accuracy.push_back(share.is_null() ? std::nullopt : std::optional(share_in(share)));
  }
  if (row.accuracy.size() != exits) {
    throw std::invalid_argument("an \"accuracy\" has not one entry per exit");
  }
  return row;
}

CodecTable table_from_json(const CodecJson& json) {
  CodecTable table;
  table.network = json.at("network").get<std::string>();
  table.digest = json.at("digest").get<std::string>();
  table.data_set = json.at("data_set").get<std::string>();
  table.machine = json.at("machine").get<std::string>();
  for (const CodecJson& share : json.at("exit_accuracy")) {
    table.exit_accuracy.push_back(share_in(share));
  }
  for (const CodecJson& row : json.at("rows")) {
    table.rows.push_back(row_from_json(row, table.exit_accuracy.size()));
  }
  return table;
}

Duration slower(Duration time, double slowdown) {
  return Duration(std::llround(static_cast<double>(time.count()) * slowdown));
}

}  // namespace

double accuracy_loss(const CodecTable& table, const CodecRow& row) {
  double loss = 0;
  for (std::size_t exit = 0; exit < row.accuracy.size(); ++exit) {
    if (row.accuracy[exit]) loss = std::max(loss, table.exit_accuracy[exit] - *row.accuracy[exit]);
  }
  return loss;
}

std::string to_json(const std::vector<CodecTable>& tables) {
  CodecJson networks = CodecJson::array();
  for (const CodecTable& table : tables) {
    CodecJson rows = CodecJson::array();
    for (const CodecRow& row : table.rows) rows.push_back(row_to_json(row));
    networks.push_back({{"network", table.network},
                        {"digest", table.digest},
                        {"data_set", table.data_set},
                        {"machine", table.machine},
                        {"exit_accuracy", table.exit_accuracy},
                        {"rows", std::move(rows)}});
  }
  return CodecJson{{"schema", kCodecsSchema}, {"networks", std::move(networks)}}.dump(1) + "\n";
}

std::vector<CodecTable> codec_tables_from_json(const std::string& text, const std::string& where) {
  try {
    const CodecJson json = CodecJson::parse(text);
    if (json.at("schema") != kCodecsSchema) {
      throw std::invalid_argument(std::string("\"schema\" is not ") + kCodecsSchema);
    }
    std::vector<CodecTable> tables;
    for (const CodecJson& network : json.at("networks")) tables.push_back(table_from_json(network));
    return tables;
  } catch (const std::exception& error) {
    throw InputError(std::string("is no table of codecs: ") + error.what(), where, kCodecsFix);
  }
}

graph::LayerGraph with_codecs(graph::LayerGraph graph, const CodecTable& table,
                              const std::vector<double>& slowdowns) {
  BL_EXPECT(table.digest == graph.digest, "the codecs were measured on another network");
  BL_EXPECT(slowdowns.size() == graph.tiers.size(), "one slowdown per tier");
  for (graph::Unit& unit : graph.units) unit.codecs.clear();
  for (const CodecRow& row : table.rows) {
    const bool saves = row.bytes < static_cast<double>(row.raw_bytes);
    if (row.unit < 0 || row.unit >= graph.unit_count() || !saves) continue;
    graph::CodecOption option{
        row.codec, std::llround(row.bytes), {}, {}, accuracy_loss(table, row)};
    for (const double slowdown : slowdowns) {
      option.encode.emplace_back(slower(row.encode, slowdown));
      option.decode.emplace_back(slower(row.decode, slowdown));
    }
    graph.units[static_cast<std::size_t>(row.unit)].codecs.push_back(std::move(option));
  }
  return graph;
}

}  // namespace branchline::profile
