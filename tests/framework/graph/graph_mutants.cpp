#include "tests/framework/graph/graph_mutants.h"

#include <algorithm>
#include <utility>

namespace branchline::testing {
namespace {

constexpr const char* kNumberLetters = "-0123456789";
constexpr const char* kValueLetters = "-0123456789\"tfn";

/// Ids of the originals come first: they make loops, repetitions and gaps.
const std::vector<std::string> kNumbers = {"0",
                                           "1",
                                           "2",
                                           "3",
                                           "4",
                                           "5",
                                           "6",
                                           "7",
                                           "-1",
                                           "0.5",
                                           "1e6",
                                           "5.0",
                                           "-0.0",
                                           "1e-300",
                                           "2147483647",
                                           "2147483648",
                                           "-2147483649",
                                           "4294967296",
                                           "1e18",
                                           "9.3e18",
                                           "9223372036854775807",
                                           "9223372036854775808",
                                           "-9223372036854775808",
                                           "-9223372036854775809",
                                           "18446744073709551615",
                                           "18446744073709551616",
                                           "1e308",
                                           "-1e308",
                                           "1e999",
                                           "01",
                                           "0x10",
                                           "NaN",
                                           "Infinity",
                                           "-",
                                           "1e"};

const std::vector<std::string> kOtherTypes = {"null",
                                              "true",
                                              "false",
                                              "\"text\"",
                                              "\"\"",
                                              "[]",
                                              "{}",
                                              "[0]",
                                              "[0, 1]",
                                              "[1, 0]",
                                              "[[0, 1]]",
                                              "[1, 2, 3]",
                                              "[null]",
                                              "{\"id\": 0}",
                                              "\"\\u0000\"",
                                              "\"\\ud800\"",
                                              "\"\\ud83d\\ude00\"",
                                              "\"branchline.graph/2\"",
                                              "\"cloud\"",
                                              "\"f32\"",
                                              "[4294967296, 4294967296, 4294967296]"};

/// No UTF-8: a lone continuation, an overlong slash, a surrogate, a code point past the last.
const std::vector<std::string> kBytes = {"\xff",
                                         "\x80",
                                         "\xc0\xaf",
                                         "\xed\xa0\x80",
                                         "\xf5\x80\x80\x80",
                                         "\xef\xbb\xbf",
                                         "\n",
                                         "\"",
                                         "\\",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         std::string(1, '\0')};

}  // namespace

std::string GraphMutator::mutant() {
  const std::size_t changes = 1 + below(2) * below(4);
  for (std::size_t change = 0; change < changes; ++change) mutate();
  return std::move(text_);
}

void GraphMutator::mutate() {
  using Mutation = void (GraphMutator::*)();
  // What mostly leaves JSON behind is drawn more often: it gets furthest into the reader.
  static const std::vector<Mutation> kMutations = {
      &GraphMutator::flip_bit,      &GraphMutator::truncate,      &GraphMutator::remove_range,
      &GraphMutator::copy_range,    &GraphMutator::insert_bytes,  &GraphMutator::swap_number,
      &GraphMutator::swap_number,   &GraphMutator::swap_number,   &GraphMutator::swap_number,
      &GraphMutator::swap_type,     &GraphMutator::swap_type,     &GraphMutator::swap_tokens,
      &GraphMutator::duplicate_key, &GraphMutator::duplicate_key, &GraphMutator::nest};
  (this->*pick(kMutations))();
}

/// Numbers, texts and literals whose first letter is one of these.
std::vector<GraphMutator::Token> GraphMutator::tokens(const char* first_letters) const {
  const std::string wanted = first_letters;
  std::vector<Token> found;
  for (std::size_t at = 0; at < text_.size();) {
    std::size_t end = at + 1;
    if (text_[at] == '"') {
      while (end < text_.size() && text_[end] != '"') ++end;
      end = std::min(end + 1, text_.size());
    } else if (std::string(kValueLetters).find(text_[at]) != std::string::npos) {
      end = std::min(text_.find_first_of(" ,:]}\n", at), text_.size());
    }
    if (wanted.find(text_[at]) != std::string::npos) found.push_back({at, end - at});
    at = end;
  }
  return found;
}

void GraphMutator::flip_bit() {
  if (text_.empty()) return;
  char& letter = text_[below(text_.size())];
  letter = static_cast<char>(letter ^ (1 << below(8)));
}

void GraphMutator::truncate() { text_.resize(below(text_.size())); }

void GraphMutator::remove_range() { text_.erase(below(text_.size() + 1), 1 + below(40)); }

void GraphMutator::copy_range() {
  const std::string range = text_.substr(below(text_.size() + 1), below(200));
  text_.insert(below(text_.size() + 1), range);
}

void GraphMutator::insert_bytes() { text_.insert(below(text_.size() + 1), pick(kBytes)); }

void GraphMutator::swap_number() {
  const std::vector<Token> numbers = tokens(kNumberLetters);
  if (!numbers.empty()) replace(pick(numbers), pick(kNumbers));
}

void GraphMutator::swap_type() {
  const std::vector<Token> values = tokens(kValueLetters);
  if (!values.empty()) replace(pick(values), pick(kOtherTypes));
}

void GraphMutator::swap_tokens() {
  const std::vector<Token> values = tokens(kValueLetters);
  if (values.empty()) return;
  const Token source = pick(values);
  replace(pick(values), text_.substr(source.begin, source.size));
}

/// The first one counts for no JSON reader, the last one for most.
void GraphMutator::duplicate_key() {
  const std::vector<Token> texts = tokens("\"");
  if (texts.empty()) return;
  const Token key = pick(texts);
  const std::string name = text_.substr(key.begin, key.size);
  text_.insert(key.begin, name + ": " + pick(below(2) == 0 ? kNumbers : kOtherTypes) + ", ");
}

void GraphMutator::nest() {
  static const std::vector<std::size_t> kDepths = {1, 2, 5, 30, 200, 3000, 100'000};
  const std::vector<Token> values = tokens(kValueLetters);
  if (values.empty()) return;
  const std::size_t depth = pick(kDepths);
  const std::size_t closed = below(4) == 0 ? below(depth) : depth;
  const bool lists = below(2) == 0;
  std::string nested;
  for (std::size_t level = 0; level < depth; ++level) nested += lists ? "[" : "{\"id\":";
  nested += "0" + std::string(closed, lists ? ']' : '}');
  replace(pick(values), nested);
}

}  // namespace branchline::testing
