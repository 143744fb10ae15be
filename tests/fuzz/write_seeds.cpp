// Writes the seeds of the transport's fuzzers, made of the protocol's test vectors and a tensor in
// each codec. Usage: write_fuzz_seeds [FOLDER=tests/fuzz/seeds]

#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include "tests/transport/protocol_vectors.h"
#include "tests/transport/sample_messages.h"
#include "transport/frame_format.h"
#include "transport/metadata.h"

namespace {

using namespace branchline;
using namespace branchline::transport;
using Bytes = std::vector<std::byte>;

void write_seed(const std::filesystem::path& folder, const std::string& name, const Bytes& start,
                const Bytes& rest) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / name, std::ios::binary | std::ios::trunc);
  for (const Bytes* bytes : {&start, &rest}) {
    file.write(reinterpret_cast<const char*>(bytes->data()),
               static_cast<std::streamsize>(bytes->size()));
  }
  if (!file) throw std::runtime_error("cannot write " + (folder / name).string());
}

Bytes start_of(std::initializer_list<int> numbers) {
  Bytes bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void write_frames(const std::filesystem::path& folder) {
  Bytes all;
  for (const std::string& name : testing::vector_names()) {
    const Bytes bytes = testing::vector_bytes(name);
    write_seed(folder / "frame", name, start_of({1, 7}), bytes);
    if (name != "request_corrupt" && name != "hello_newer_major") all = joined(all, bytes);
  }
  write_seed(folder / "frame", "all", start_of({0, 9}), all);
}

void write_metadata(const std::filesystem::path& folder) {
  for (const testing::ProtocolVector& vector : testing::protocol_vectors()) {
    Bytes metadata;
    if (encode_metadata(vector.message.body, metadata)) throw std::runtime_error(vector.name);
    write_seed(folder / "metadata", vector.name, start_of({type_of(vector.message.body) - 1, 0}),
               metadata);
  }
}

void write_handshakes(const std::filesystem::path& folder) {
  const auto write = [&](const std::string& name, int mode, std::vector<std::string> said) {
    Bytes bytes;
    for (const std::string& vector : said) bytes = joined(bytes, testing::vector_bytes(vector));
    write_seed(folder / "handshake", name, start_of({mode}), bytes);
  };
  write("client_asks", 2, {"hello", "ping", "request", "cancel", "prepare"});
  write("client_asks_with_checksums", 6, {"hello", "request_checksum", "profile_query", "pong"});
  write("client_corrupts", 0, {"hello", "request_corrupt"});
  write("client_newer", 0, {"hello_newer_major"});
  write("client_proves", 2, {"hello", "proof", "request"});
  write("server_answers", 3, {"welcome", "pong", "answer", "ready", "credit", "draining"});
  write("server_challenges", 7, {"challenge", "welcome", "refused"});
  write("server_refuses", 3, {"refused"});
}

WireTensor picture() {
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(12 * 9 * 3);
  for (std::size_t i = 0; i < pixels->size(); ++i) (*pixels)[i] = static_cast<std::uint8_t>(i * 7);
  return {{0, 0}, encode({{pixels, pixels->data()}, DType::u8, {1, 9, 12, 3}}, Codec::raw)};
}

void write_payloads(const std::filesystem::path& folder) {
  const auto floats = std::make_shared<std::vector<float>>(2 * 3 * 40);
  for (std::size_t i = 0; i < floats->size(); ++i) {
    (*floats)[i] = i % 2 == 0 ? 0.0F : static_cast<float>(i) / 10;
  }
  const Tensor activations{{floats, floats->data()}, DType::f32, {2, 3, 40}};
  const EncodedTensor raw = picture().encoded;
  const Tensor pixels{raw.payload, raw.type, raw.shape};
  for (const Codec codec : all_codecs()) {
    const int number = static_cast<int>(codec);
    for (const Tensor& tensor : {activations, pixels}) {
      if (!can_encode(codec, tensor.type, tensor.shape)) continue;
      const EncodedTensor encoded = encode(tensor, codec);
      Bytes start = start_of(
          {number, static_cast<int>(encoded.type), static_cast<int>(encoded.shape.size())});
      for (const std::int64_t dimension : encoded.shape) {
        start.push_back(static_cast<std::byte>(dimension & 0xFF));
        start.push_back(static_cast<std::byte>(dimension >> 8));
      }
      const auto* payload = static_cast<const std::byte*>(encoded.payload.get());
      write_seed(folder / "payload", std::string(name_of(codec)) + "_" + name_of(encoded.type),
                 start, Bytes(payload, payload + encoded.payload_bytes));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::filesystem::path folder =
        argc > 1 ? argv[1] : BRANCHLINE_SOURCE_DIR "/tests/fuzz/seeds";
    write_frames(folder);
    write_metadata(folder);
    write_handshakes(folder);
    write_payloads(folder);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
