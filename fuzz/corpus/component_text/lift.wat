(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
  (func (export "g") (param "a" (list u8)) (canon lift (core func $i "f") async)))
