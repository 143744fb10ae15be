#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace branchline::testing {

/// Breaks graph files as hands, scripts and disks do: one to four changes, of bytes or of whole
/// JSON tokens. The same mutant for the same seed, everywhere.
class GraphMutator {
 public:
  GraphMutator(std::uint32_t seed, const std::vector<std::string>& originals)
      : random_(seed), text_(pick(originals)) {}

  std::string mutant();

 private:
  struct Token {
    std::size_t begin = 0, size = 0;
  };

  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  template <typename Item>
  const Item& pick(const std::vector<Item>& items) {
    return items[below(items.size())];
  }
  std::vector<Token> tokens(const char* first_letters) const;
  void replace(const Token& token, const std::string& by) {
    text_.replace(token.begin, token.size, by);
  }

  void mutate();
  void flip_bit();
  void truncate();
  void remove_range();
  void copy_range();
  void insert_bytes();
  void swap_number();
  void swap_type();
  void swap_tokens();
  void duplicate_key();
  void nest();

  std::mt19937 random_;
  std::string text_;
};

}  // namespace branchline::testing
