#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/clock.h"
#include "framework/graph/layer_graph.h"

namespace branchline::profile {

/// What one codec did to everything that crosses behind one unit: medians and means over pictures.
struct CodecRow {
  std::int32_t unit = 0;  ///< a cut vertex of at least one exit
  std::string codec;      ///< as the transport names it; "raw" is the first of every unit
  std::int64_t raw_bytes = 0;
  double bytes = 0;  ///< mean of what travels
  double max_error = 0, mean_error = 0;
  Duration encode{0}, decode{0};  ///< medians, one core
  std::vector<std::optional<double>>
      accuracy;  ///< per exit, 0..1; nullopt where the unit is no cut vertex of the exit

  friend bool operator==(const CodecRow&, const CodecRow&) = default;
};

/// Codecs measured on one network's own feature maps.
struct CodecTable {
  std::string network;   ///< for people
  std::string digest;    ///< network digest
  std::string data_set;  ///< "cifar10 test, 1000 images"
  std::string machine;
  std::vector<double> exit_accuracy;  ///< per exit, nothing sent
  std::vector<CodecRow> rows;         ///< by unit, then as the transport orders codecs

  friend bool operator==(const CodecTable&, const CodecTable&) = default;
};

/// Largest accuracy lost at any exit behind the unit; 0 where none was lost.
double accuracy_loss(const CodecTable& table, const CodecRow& row);

/// "branchline.codecs/1": any number of networks.
std::string to_json(const std::vector<CodecTable>& tables);

/// @throws InputError naming `where` and the field.
std::vector<CodecTable> codec_tables_from_json(const std::string& text, const std::string& where);

/// The graph with those of the table's codecs as Unit::codecs that send fewer bytes than raw.
/// @param slowdowns  per tier of the graph: how many times slower than the machine of the table it
/// encodes and decodes, > 0
/// @throws std::logic_error when the table is of another network.
graph::LayerGraph with_codecs(graph::LayerGraph graph, const CodecTable& table,
                              const std::vector<double>& slowdowns);

}  // namespace branchline::profile
