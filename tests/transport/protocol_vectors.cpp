#include "tests/transport/protocol_vectors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/transport/sample_messages.h"

namespace branchline::transport::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const std::filesystem::path kFolder = BRANCHLINE_SOURCE_DIR "/docs/protocol";

RemotePlan vector_plan() {
  RemotePlan plan;
  plan.digest = "c0ffee";
  plan.exit = 1;
  plan.stages = {{Tier::edge, {{4, 9}, {11, 11}}}, {Tier::cloud, {{13, 20}}}};
  plan.outputs = {{20, 0}, {9, 1}};
  return plan;
}

WireTensor floats(const std::vector<float>& values, const Shape& shape, WireValue value) {
  auto data = std::make_shared<std::vector<float>>(values);
  return {value, encode(Tensor{{data, data->data()}, DType::f32, shape}, Codec::raw)};
}

Message vector_request() {
  Request request;
  request.plan = vector_plan();
  request.budget = milliseconds(80);
  request.tensors = {counting_tensor(10, 0x10, {3, 0}), counting_tensor(0, 0, {5, 0}),
                     floats({1.5F, -2.0F}, {2}, {3, 1})};
  request.tensors[0].encoded.shape = {2, 5};
  return {5, std::move(request)};
}

Answer vector_answer() {
  return {microseconds(1),
          microseconds(2),
          milliseconds(3),
          microseconds(4),
          {floats({0.25F, 0.5F, -1.0F}, {1, 3}, {20, 0})}};
}

std::string counting_text(char first) {
  std::string text(32, '\0');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(first + static_cast<char>(i));
  return text;
}

}  // namespace

std::vector<ProtocolVector> protocol_vectors() {
  const Hello hello{
      "branchline 0.1.0", {"c0ffee", "decade"}, capability::kPayloadChecksum, 64u << 20};
  const Welcome welcome{"branchlined 0.1.0",
                        {"c0ffee"},
                        {"b_camera"},
                        64u << 20,
                        32,
                        microseconds(17),
                        capability::kPayloadChecksum,
                        128u << 20,
                        ""};
  const ProfileReply profile{
      "a CPU", "1.13.1", 1, milliseconds(7), {milliseconds(1), microseconds(1500)}};
  return {{"hello", {0, hello}},
          {"welcome", {0, welcome}},
          {"prepare", {3, Prepare{vector_plan()}}},
          {"ready", {3, Ready{}}},
          {"request", vector_request()},
          {"request_checksum", vector_request(), true},
          {"answer", {5, vector_answer()}},
          {"refused", {5, Refused{Refusal::overloaded, "the queue is full", milliseconds(9)}}},
          {"cancel", {5, Cancel{}}},
          {"ping", {9, Ping{}}},
          {"pong", {9, Pong{microseconds(11)}}},
          {"draining", {0, Draining{}}},
          {"profile_query", {12, ProfileQuery{vector_plan(), 5, 30}}},
          {"profile_reply", {12, profile}},
          {"challenge", {0, Challenge{counting_text('\0')}}},
          {"proof", {0, Proof{counting_text('\x20'), counting_text('\xc0')}}},
          {"credit", {0, Credit{3, 1u << 20}}}};
}

std::vector<std::byte> bytes_of_hex(const std::string& text) {
  std::vector<std::byte> bytes;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream numbers(line.substr(0, line.find_first_of("|#")));
    unsigned number = 0;
    while (numbers >> std::hex >> number) bytes.push_back(static_cast<std::byte>(number));
  }
  return bytes;
}

std::vector<std::byte> vector_bytes(const std::string& name) {
  std::ifstream file(kFolder / (name + ".hex"));
  if (!file) throw std::runtime_error("no vector " + name);
  std::ostringstream text;
  text << file.rdbuf();
  return bytes_of_hex(text.str());
}

std::vector<std::string> vector_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".hex") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace branchline::transport::testing
