(assert_return (invoke "f" (record.const (field "a" (list.const (u8.const 1))))) (variant.const "x" (str.const "y")))
(assert_invalid (component quote "(start 0)") "")
